"""`os-search-files`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import InvalidArguments, ToolFailed
from tests.wait import wait_until
from tests.workers.bench import MAX_FILE_BYTES, TOOLS, App, Notebook, Shelf
from workers.run import Files, Run
from workers.text import grep
from workers.text.found import MOST_LINES, MOST_LINES_OF_A_FILE
from workers.text.matcher import Matcher

FILES: dict[str, bytes | str] = {
    "src/App.tsx": "".join(f"line {number}\n" for number in range(1, 21)),
    "src/ui/Button.ts": "one\nButton()\n",
    "style.css": "a {}\r\n.button {}\r\n",
    "logo.png": b"\x89PNG\0\1Button",
}


def search(query: str, include_pattern: str = "**", **more: object) -> str:
    return App(dict(FILES)).run("os-search-files", query=query, include_pattern=include_pattern, **more).text


def test_matches_are_grouped_by_file_with_numbers_and_context() -> None:
    assert search(r"line (4|6|15)$", "src") == (
        "3 matches of `line (4|6|15)$` in 1 file; searched 2 files.\n\nsrc/App.tsx (3 matches)\n"
        "2- line 2\n3- line 3\n4: line 4\n5- line 5\n6: line 6\n7- line 7\n8- line 8\n--\n"
        "13- line 13\n14- line 14\n15: line 15\n16- line 16\n17- line 17"
    )


def test_case_is_ignored_unless_asked_for_and_binary_files_are_skipped() -> None:
    assert search("button").startswith("2 matches of `button` in 2 files; searched 3 files (1 binary file skipped).")
    assert search("button", case_sensitive=True).startswith("1 match of `button` in 1 file")


def test_only_the_files_that_are_meant_are_searched() -> None:
    app = App(dict(FILES))
    ran = app.run("os-search-files", query=".", include_pattern="**/*.{ts,tsx}, *.css", exclude_pattern="src/ui")
    assert [file["file_path"] for file in ran.result["files"]] == ["src/App.tsx", "style.css"]
    assert (ran.result["matches"], ran.result["searched_files"]) == (22, 2)


def test_a_line_ends_before_its_line_end() -> None:
    assert "2: .button {}" in search("}$", "style.css")
    assert "lf" in App({"a": "\ufeffself\n"}).run("os-search-files", query="^self", include_pattern="a").text


def test_nothing_found_says_so_and_why_that_may_be() -> None:
    assert search("nowhere") == "No line matches `nowhere` in 3 files (1 binary file skipped)."
    assert "never matches" in search(r"one\nButton")
    assert "case_sensitive is true" in search("BUTTON", case_sensitive=True)
    assert search("x", "*.py").startswith("No file fits `*.py`. The app has 4 files, like logo.png, src/App.tsx")
    assert "no files yet" in App().run("os-search-files", query="x", include_pattern="**").text


def test_an_answer_is_bounded_and_says_where_it_stopped() -> None:
    app = App({f"f{number:02}.txt": "hit\n" * 30 for number in range(40)})
    ran = app.run("os-search-files", query="hit", include_pattern="**")
    assert ran.result["matches"] == 1200
    assert len(ran.result["files"]) * MOST_LINES_OF_A_FILE == MOST_LINES
    assert "f00.txt (30 matches, the first 20 shown)" in ran.text
    assert "1000 more matching lines are not shown, also in f10.txt (30), " in ran.text
    assert "and 10 more files. Narrow the query" in ran.text


def test_long_lines_are_cut() -> None:
    text = App({"a.min.js": "x" * 100_000}).run("os-search-files", query="x", include_pattern="**").text
    assert "… (99700 more characters)" in text


def test_progress_is_the_files_that_are_done() -> None:
    reports = App(dict(FILES)).run("os-search-files", query="one", include_pattern="**").reports
    assert reports["collecting"].notes == ["4 files to search"]
    assert reports["searching"].fractions == [0.25, 0.5, 0.75, 1.0]
    assert reports["searching"].notes[-1] == "4 of 4 files, 1 match"


def test_a_file_counts_as_done_when_it_is_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.text.matcher.TICK_SECONDS", 0.1)
    tool, notebook = TOOLS["os-search-files"], Notebook()
    arguments = tool.parse({"query": "(a+)+$", "include_pattern": "**"})
    run = Run("demo", Files(Shelf({"a": b"1", "evil": b"a" * 64 + b"!"})), notebook, max_file_bytes=MAX_FILE_BYTES)
    with pytest.raises(ToolFailed, match="for evil"):
        tool.run_stage(1, run, arguments, {"all": 2, "chosen": 2})
    assert len(notebook.fractions) > 3
    assert set(notebook.fractions) == {0.5}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("useState(", r"unterminated subpattern, at character 9\. To find exactly these characters, use `useState\\\("),
        ("*.ts", r"nothing to repeat, at character 1\. .*use `\\\*\\.ts`"),
        ("a{99999999999}", "repetition number is too large"),
        ("(" * 900, "regular expression"),
        ("(?L)a", "cannot use 'L' flag"),
    ],
)
def test_what_is_no_regular_expression_is_refused_with_the_place(query: str, reason: str) -> None:
    with pytest.raises(InvalidArguments, match=reason):
        search(query)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"include_pattern": " , "}, "include_pattern: .*must name files"),
        ({"include_pattern": "*.{ts"}, "no } after it"),
        ({"include_pattern": "../*"}, "no pattern of paths"),
        ({"include_pattern": "{a,b}" * 9}, "more than 100 patterns"),
        ({"include_pattern": "*", "exclude_pattern": "a}"}, "exclude_pattern: .*no { before it"),
        ({"query": ""}, "query"),
        ({"query": "x" * 1001}, "query"),
    ],
)
def test_arguments_that_cannot_be_read_are_refused(arguments: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidArguments, match=reason):
        App(dict(FILES)).run("os-search-files", **{"query": "x", "include_pattern": "*", **arguments})


def test_a_query_that_never_ends_is_ended_and_leaves_no_process() -> None:
    matcher = Matcher("(a+)+$", is_case_sensitive=False, most=1, tick=lambda: None)
    with pytest.raises(ToolFailed, match=r"over 2 s of computing for evil\.txt\. Repeats inside repeats"), matcher:
        matcher.search("evil.txt", b"a" * 64 + b"!")
    with pytest.raises(ProcessLookupError):
        os.kill(matcher._process.pid, 0)


def test_whoever_waits_is_called_meanwhile_and_may_stop_it() -> None:
    class Halt(BaseException): ...

    def halt() -> None:
        raise Halt

    matcher = Matcher("(a+)+$", is_case_sensitive=False, most=1, tick=halt)
    with pytest.raises(Halt), matcher:
        matcher.search("evil.txt", b"a" * 64 + b"!")
    with pytest.raises(ProcessLookupError):
        os.kill(matcher._process.pid, 0)


def test_a_search_that_was_killed_says_so() -> None:
    with (
        pytest.raises(ToolFailed, match=r"stopped unexpectedly \(b\.txt; exit status -15\)"),
        Matcher("a", is_case_sensitive=False, most=1, tick=lambda: None) as matcher,
    ):
        matcher._process.terminate()
        matcher._process.wait()
        matcher.search("b.txt", b"a" * 1_000_000)


def test_the_process_ends_when_whoever_started_it_is_killed() -> None:
    code = (
        "from workers.text.matcher import Matcher\n"
        "with Matcher('a', is_case_sensitive=False, most=1, tick=int) as matcher:\n"
        "    print(matcher._process.pid, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        wait_until(lambda: not is_searching(pid), "the search has ended")


def test_large_texts_go_through_whatever_the_size_of_a_pipe() -> None:
    with Matcher("^b", is_case_sensitive=True, most=2, tick=lambda: None) as matcher:
        found = matcher.search("big.txt", b"a\n" * 1_000_000 + b"b\n" * 3)
    assert (found.count, list(found.lines)) == (3, [1_000_001, 1_000_002])


def is_searching(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # A process that has ended stays in the table until its new parent looks; its command line is empty then.
        return not Path("/proc").exists() or grep.__file__.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return False
