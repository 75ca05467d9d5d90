"""What the demo says at its end: the timings, what was built, what a failed call told the model, where to look."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ops.demo.board import Board
from ops.demo.play import Timing
from ops.demo.turn import Part, ToolCall, all_calls, changed_arguments, correction, meant_to_fail

KIB = 1024


def unexpected(messages: Sequence[Sequence[Part]], board: Board) -> list[str]:
    """A line for each call that did not end as the recording means it to."""
    failing = meant_to_fail(messages)
    lines = []
    for call in all_calls(messages):
        wanted = "failed" if call.id in failing else "succeeded"
        row = board.row(call.id)
        status = row.status if row else "unknown"
        if status != wanted:
            lines.append(f"{call.id} ({row.label if row else call.name}) {status}: {row.error if row else ''}")
    return lines


def figures(messages: Sequence[Sequence[Part]], timing: Timing) -> str:
    """The first line of the report."""
    count, failing = len(all_calls(messages)), len(meant_to_fail(messages))
    return (
        f"{count} calls in {timing.last_event:.2f} s; first event after {1000 * (timing.first_event or 0):.0f} ms. "
        f"{count - failing} succeeded, {failing} failed on purpose."
    )


def tree(files: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """The app's files with their sizes, folders before what lies in them."""
    told: set[str] = set()
    for file in files:
        *folders, name = file["path"].split("/")
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if folder not in told:
                told.add(folder)
                yield Text(f"{'  ' * depth}{folders[depth - 1]}/", "blue")
        label = f"{'  ' * (len(folders) + 1)}{name}"
        yield Text.assemble(f"{label:<32}", (f"{_size(file['size']):>9}  version {file['version']}", "dim"))


def lessons(messages: Sequence[Sequence[Part]], board: Board) -> Iterator[Text]:
    """For each call that failed on purpose: its error, and what the model made of it."""
    calls = all_calls(messages)
    failing = meant_to_fail(messages)
    for call in calls:
        row = board.row(call.id)
        if call.id not in failing or row is None:
            continue
        yield Text(f"  {row.label} told the model:")
        yield from (Text(f"    {line}", "dim") for line in row.error.splitlines())
        if corrected := correction(calls, call):
            yield Text(f"  Its next try: {_changes(call, corrected)} – and it {_status(board, corrected)}.")


def print_report(
    console: Console,
    messages: Sequence[Sequence[Part]],
    board: Board,
    timing: Timing,
    files: Sequence[Mapping[str, Any]],
    folder: Path,
) -> None:
    """Print all of it."""
    _heading(console, figures(messages, timing))
    _heading(console, "What was built")
    _lines(console, tree(files))
    _heading(console, "What the failed call was good for")
    _lines(console, lessons(messages, board))
    _heading(console, "Where to look")
    _lines(console, _places(folder))


def _places(folder: Path) -> Iterator[Text]:
    yield Text(f"  The app:  python3 -m http.server -b 127.0.0.1 -d {shlex.quote(_near(folder))} 8080")
    yield Text("            then open http://localhost:8080/")
    yield Text("  Toolreel: python3 -m ops up")
    yield Text("            then http://127.0.0.1:8000/ (it prints how to sign in)")


def _heading(console: Console, text: str) -> None:
    console.print(Text(f"\n{text}", "bold"), soft_wrap=True)


def _lines(console: Console, lines: Iterator[Text]) -> None:
    for line in lines:
        console.print(line, soft_wrap=True)


def _changes(failed: ToolCall, corrected: ToolCall) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in changed_arguments(failed, corrected).items())


def _status(board: Board, call: ToolCall) -> str:
    row = board.row(call.id)
    return row.status if row else "is unknown"


def _size(size: int) -> str:
    return f"{size} B" if size < KIB else f"{size / KIB:.1f} KB"


def _near(folder: Path) -> str:
    """The folder as a person here would write it."""
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
