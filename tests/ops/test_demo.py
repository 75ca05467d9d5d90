"""The demo: its recording, what it makes of events, what it says, and the whole of it as a person starts it."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console
from rich.text import Text

from models.errors import Mismatch, ToolreelError
from ops.bootstrap import ROOT
from ops.demo.board import Board, Row
from ops.demo.built import refuse_filled, save
from ops.demo.feed import parse
from ops.demo.report import tree, unexpected
from ops.demo.screen import LiveScreen, PlainScreen, draw
from ops.demo.turn import TURN, ToolCall, all_calls, changed_arguments, correction, meant_to_fail, read_turn
from ops.errors import OpsError
from workers.discovery import find_tools
from workers.run import FileEntry, Files, Run
from workers.tool import Tool

MESSAGES = read_turn()
CALLS = all_calls(MESSAGES)
MAX_FILE_BYTES = 5 * 1024 * 1024
BUILT = {
    "README.md",
    "index.html",
    "data/seeds.json",
    "src/app.js",
    "src/calendar.js",
    "src/ledger.js",
    "src/plant.js",
    "src/scene.js",
    "src/store.js",
    "styles/app.css",
    "styles/palette.css",
}
LOGO = {"public/logo.svg", "public/favicon.ico", "public/site.webmanifest"}


class Memory:
    """An app's files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, self.files[path]) for path in paths if path in self.files)

    def entries(self) -> Sequence[FileEntry]:
        return [FileEntry(path, len(content), 1) for path, content in sorted(self.files.items())]

    def take(self, staged: dict[str, bytes | None]) -> None:
        for path, content in staged.items():
            if content is None:
                del self.files[path]
            else:
                self.files[path] = content


class Silent:
    """Takes reports and forgets them."""

    def progress(self, fraction: float, note: str | None) -> None: ...

    def log(self, lines: Sequence[str]) -> None: ...


@pytest.fixture(scope="module")
def tools() -> dict[str, Tool]:
    return find_tools()


def play(tool: Tool, call: ToolCall, app: Memory) -> Any:
    """Run a call's stages one after another; what it staged takes effect when all are done."""
    files, output = Files(app), None
    run = Run("windowsill", files, Silent(), max_file_bytes=MAX_FILE_BYTES)
    for index in range(len(tool.declaration.stages)):
        output = tool.run_stage(index, run, tool.parse(call.arguments), output)
    app.take(files.staged)
    return output


def state(**given: Any) -> dict[str, Any]:
    usual = {"id": "c1", "message_id": "m1", "name": "os-write", "target": "a.txt", "status": "queued", "stage": None}
    return usual | {"progress": 0.0, "version": 1, "waiting_for": [], "detail": {}, "error": None} | given


def a_board(*states: dict[str, Any]) -> Board:
    board = Board()
    for at, each in enumerate(states):
        board.apply("tool_call", each, float(at))
    return board


def a_row(board: Board, id_: str = "c1") -> Row:
    row = board.row(id_)
    assert row is not None
    return row


# The recording


def test_the_turn_has_calls_over_every_tool_with_an_id_of_their_own(tools: dict[str, Tool]) -> None:
    assert len(CALLS) >= 12
    assert len({call.id for call in CALLS}) == len(CALLS)
    assert {call.name for call in CALLS} >= {name for name in tools if name.startswith(("os-", "generate-"))}


def test_the_arguments_of_every_call_fit_its_tools_schema(tools: dict[str, Tool]) -> None:
    for call in CALLS:
        Draft202012Validator(tools[call.name].declaration.parameters).validate(call.arguments)


def test_exactly_one_call_is_meant_to_fail() -> None:
    assert len(meant_to_fail(MESSAGES)) == 1
    assert meant_to_fail(MESSAGES) < {call.id for call in CALLS}


def test_played_one_by_one_the_calls_build_the_app_and_the_one_that_fails_names_the_right_place(
    tools: dict[str, Tool],
) -> None:
    app = Memory()
    failures: dict[str, ToolreelError] = {}
    for call in CALLS:
        try:
            output = play(tools[call.name], call, app)
            assert not output.get("warnings"), f"{call.id}: {output['text']}"
        except ToolreelError as error:
            failures[call.id] = error
    assert failures.keys() == meant_to_fail(MESSAGES)
    assert app.files.keys() >= BUILT | LOGO
    assert {path for path in app.files if not path.startswith("public/")} == BUILT
    (failure,) = failures.values()
    assert isinstance(failure, Mismatch)
    assert "call again with first_replaced_line=23 and last_replaced_line=23" in str(failure)


def test_the_page_names_only_files_that_were_built(tools: dict[str, Tool]) -> None:
    app = Memory()
    for call in CALLS:
        if call.id not in meant_to_fail(MESSAGES):
            play(tools[call.name], call, app)
    page = app.files["index.html"].decode()
    named = [part.partition('"')[0] for mark in ('src="', 'href="') for part in page.split(mark)[1:]]
    assert {path for path in named if path != "./"} <= app.files.keys()
    assert "TODO" not in page


def test_the_call_after_a_failed_one_that_tries_again_is_found_with_what_it_changed() -> None:
    failed = next(call for call in CALLS if call.id in meant_to_fail(MESSAGES))
    corrected = correction(CALLS, failed)
    assert corrected is not None
    assert changed_arguments(failed, corrected) == {"first_replaced_line": 23, "last_replaced_line": 23}


def test_a_line_that_is_no_part_of_a_message_is_named(tmp_path: Path) -> None:
    path = tmp_path / "turn.jsonl"
    path.write_text(TURN.read_text().splitlines()[0] + '\n{"message_id": "m"}\n')
    with pytest.raises(OpsError, match="line 2"):
        read_turn(path)


# Events to rows


def test_events_are_read_from_a_stream_with_comments_retries_and_ids_in_it() -> None:
    stream = (
        b'retry: 1000\nid: e-1-0\nevent: snapshot\ndata: {"tool_calls":[]}\n\n:\nid: e-1-1\nevent: end\ndata: {}\n\n'
    )
    assert list(parse(io.BytesIO(stream))) == [("snapshot", {"tool_calls": []}), ("end", {})]


def test_only_a_change_of_status_is_told() -> None:
    board = Board()
    assert [row.status for row in board.apply("tool_call", state(), 0)] == ["queued"]
    assert [row.status for row in board.apply("tool_call", state(status="running", version=2), 1)] == ["running"]
    assert board.apply("tool_call", state(status="running", version=2, progress=40.0), 2) == []
    assert a_row(board).progress == 40.0


def test_an_older_state_replaces_no_newer_one() -> None:
    board = a_board(state(status="running", version=3, progress=50.0))
    assert board.apply("tool_call", state(version=2), 1) == []
    assert board.apply("tool_call", state(status="running", version=3, progress=20.0), 1) == []
    assert (a_row(board).status, a_row(board).progress) == ("running", 50.0)


def test_a_call_that_runs_counts_its_time_from_when_it_was_seen_running_and_ends_with_the_servers() -> None:
    board = a_board(state(), state(status="running", version=2))
    assert a_row(board).elapsed(1.5) == 0.5
    times = {"started_at": "2026-01-01T00:00:00.000Z", "finished_at": "2026-01-01T00:00:00.250Z"}
    board.apply("tool_call", state(status="succeeded", version=3, progress=100.0, **times), 2)
    assert a_row(board).elapsed(9) == 0.25


def test_a_waiting_call_says_what_it_waits_for_until_it_runs() -> None:
    board = a_board(state(), state(id="c2", target="b.txt", waiting_for=["c1", "c9"]))
    assert board.waits_for(a_row(board, "c2")) == "waits for os-write a.txt and 1 more"
    board.apply("tool_call", state(id="c2", status="running", version=2, waiting_for=["c1"]), 2)
    assert board.waits_for(a_row(board, "c2")) == ""


def test_calls_that_no_event_told_of_are_unfinished_and_the_systems_own_are_no_rows() -> None:
    board = a_board(state(status="succeeded"), state(id="p1", origin="system"))
    assert board.unfinished(["c1", "c2"]) == ["c2"]
    assert [row.id for row in board.rows] == ["c1"]


def test_a_snapshot_is_taken_like_the_events_that_it_stands_for() -> None:
    board = Board()
    board.apply("snapshot", {"tool_calls": [state(), state(id="c2", status="running")]}, 0)
    assert board.counts == {"queued": 1, "running": 1}


# What is shown


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_where_there_is_no_terminal_each_change_is_a_plain_line_that_is_never_broken() -> None:
    console = Console(file=io.StringIO(), width=40)
    board = a_board(state(target="src/a/rather/long/path/of/a/component.tsx"))
    PlainScreen(console).tell(board, a_row(board), 0.0125)
    assert shown(console) == "   0.013 s  queued     os-write src/a/rather/long/path/of/a/component.tsx\n"


def test_a_failed_call_shows_its_error_beneath() -> None:
    board = a_board(state(status="failed", error={"detail": "It is not there.\nIt stands at line 4."}))
    console = Console(file=io.StringIO(), width=100)
    console.print(draw(board, board.rows, 0))
    text = shown(console)
    assert "failed" in text
    assert "It is not there." in text
    assert "It stands at line 4." in text


def test_on_a_terminal_the_rows_of_ended_messages_stay_and_those_that_run_are_drawn_again() -> None:
    console = Console(file=io.StringIO(), width=100, height=30, force_terminal=True)
    board = a_board(state(status="running", stage="writing", version=2, progress=40.0))
    with LiveScreen(console, total=2) as screen:
        screen.show(board, 1.0)
        assert "writing" in shown(console)
        assert "0 of 2 calls done" in shown(console)
        board.apply("tool_call", state(status="succeeded", version=3, progress=100.0), 2)
        screen.settle(board, "m1", 2.0)
        screen.show(board, 3.0)
        assert "1 of 2 calls done" in shown(console)
    assert "succeeded" in shown(console)


def test_calls_that_ended_otherwise_than_recorded_are_named() -> None:
    board = Board()
    for call in CALLS:
        board.apply("tool_call", state(id=call.id, name=call.name, status="succeeded"), 0)
    (line,) = unexpected(MESSAGES, board)
    assert line.startswith(next(iter(meant_to_fail(MESSAGES))))


def test_the_tree_names_each_folder_once() -> None:
    files = [{"path": path, "size": 2048, "version": 1} for path in ("a/b/c.txt", "a/b/d.txt", "e.txt")]
    lines = [line.plain.split()[0] for line in tree(files) if isinstance(line, Text)]
    assert lines == ["a/", "b/", "c.txt", "d.txt", "e.txt"]


def test_an_archive_is_saved_and_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    save(archive_of({"a/b.txt": b"one"}), tmp_path / "app")
    assert (tmp_path / "app/a/b.txt").read_bytes() == b"one"
    with pytest.raises(OpsError, match="cannot save"):
        save(archive_of({"../out.txt": b"two"}), tmp_path / "app")
    assert not (tmp_path / "out.txt").exists()


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    refuse_filled(tmp_path)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(OpsError, match="not an empty folder"):
        refuse_filled(tmp_path)


def archive_of(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


# The whole


def test_the_demo_builds_the_app_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    output, scratch = tmp_path / "app", tmp_path / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "ops", "demo", "--output", str(output)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch), "TOOLREEL_NO_VENV": "1"},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CALLS)} calls in" in done.stdout
    assert "call again with first_replaced_line=23" in done.stdout
    saved = {str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()}
    assert saved >= BUILT | LOGO
    assert not list(scratch.iterdir())
    assert not list(processes_that_name(str(scratch)))


def processes_that_name(text: str) -> Iterator[int]:
    """The processes of this machine whose environment holds a text."""
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = entry.read_bytes()
        except OSError:
            continue
        if text.encode() in environment:
            yield int(entry.parent.name)
