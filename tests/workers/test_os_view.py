"""`os-view`."""

import pytest

from models.errors import FileMissing, InvalidArguments, ToolFailed
from tests.workers.bench import App

TWENTY = "".join(f"line {number}\n" for number in range(1, 21))


def view(content: bytes | str, lines: str | None = None) -> str:
    return App({"a.txt": content}).run("os-view", file_path="a.txt", lines=lines).text


def test_a_file_is_shown_with_numbers() -> None:
    assert view("one\n\n  two\n") == "a.txt (3 lines, 11 bytes)\n   1 | one\n   2 | \n   3 |   two"


def test_only_the_lines_asked_for_are_shown_and_gaps_are_named() -> None:
    assert view(TWENTY, "2-3, 7, 19-") == (
        "a.txt (20 lines, 151 bytes)\n… line 1 not shown\n   2 | line 2\n   3 | line 3\n… lines 4-6 not shown\n"
        "   7 | line 7\n… lines 8-18 not shown\n  19 | line 19\n  20 | line 20"
    )


def test_ranges_may_overlap_and_come_in_any_order() -> None:
    shown = App({"a": TWENTY}).run("os-view", file_path="a", lines="7–9; 1 - 2, lines 8-10,3").result["shown"]
    assert shown == [[1, 3], [7, 10]]


def test_a_range_that_ends_after_the_file_shows_what_there_is() -> None:
    assert view(TWENTY, "20-99") == "a.txt (20 lines, 151 bytes)\n… lines 1-19 not shown\n  20 | line 20"


def test_lines_after_the_end_say_how_many_there_are() -> None:
    with pytest.raises(ToolFailed, match=r"a\.txt has 20 lines, so there are no lines 21-30"):
        view(TWENTY, "21-30")


@pytest.mark.parametrize("lines", ["x", "0-3", "5-2", "-", "1-2-3", "1,,a", "9999999999"])
def test_lines_that_cannot_be_read_are_refused(lines: str) -> None:
    with pytest.raises(InvalidArguments, match="lines: "):
        view(TWENTY, lines)


def test_only_lf_ends_a_line() -> None:
    assert view("a\x0bb\x0cc\u2028d\x85e\rf\r\ng") == (
        "a.txt (2 lines, 17 bytes)\n   1 | a\x0bb\x0cc\u2028d\x85e\rf\n   2 | g"
    )


def test_an_empty_file_is_said_to_be_empty() -> None:
    assert view("") == "a.txt (0 lines, 0 bytes)\n(the file is empty)"


@pytest.mark.parametrize("content", [b"\x89PNG\0\1", b"caf\xe9"])
def test_a_binary_file_is_named_not_shown(content: bytes) -> None:
    ran = App({"a.png": content}).run("os-view", file_path="a.png")
    assert "is a binary file" in ran.text
    assert ran.result["binary"] is True


def test_of_a_long_file_the_first_part_is_shown_with_how_to_go_on() -> None:
    shown = view("x\n" * 5000).split("\n")
    assert shown[-2:] == [
        "2000 | x",
        '… lines 2001-5000 not shown: this is too much for one answer; ask for more with lines: "2001-"',
    ]
    assert view("x\n" * 5000, "2001-").split("\n")[2] == "2001 | x"


def test_long_lines_are_cut_and_all_lines_together_are_bounded() -> None:
    text = view(("y" * 5000 + "\n") * 1000)
    assert f"   1 | {'y' * 2000} … (3000 more characters)\n" in text
    assert 200_000 < len(text) < 300_000
    assert "not shown: this is too much" in text


def test_a_missing_file_is_named_with_the_nearest_ones() -> None:
    with pytest.raises(FileMissing, match=r"Did you mean a\.txt"):
        App({"a.txt": ""}).run("os-view", file_path="b.txt")


def test_a_view_stages_nothing() -> None:
    assert App({"a": "x"}).run("os-view", file_path="a").staged == {}
