"""`os-line-replace`: what is written, and what is forgiven."""

import pytest

from models.errors import InvalidArguments, TooLarge, ToolFailed
from tests.workers.bench import MAX_FILE_BYTES, App


def replace(content: str | bytes, search: str, first: int, last: int, new: str) -> str:
    app = App({"a.txt": content})
    app.run(
        "os-line-replace",
        file_path="a.txt",
        search=search,
        first_replaced_line=first,
        last_replaced_line=last,
        replace=new,
    )
    return app.files["a.txt"].decode()


@pytest.mark.parametrize(
    ("content", "search", "first", "last", "new", "after"),
    [
        ("a\nb\nc\n", "b", 2, 2, "x", "a\nx\nc\n"),
        ("a\nb\nc\n", "a\nb", 1, 2, "x\ny\nz", "x\ny\nz\nc\n"),
        ("a\nb\nc\n", "b", 2, 2, "", "a\nc\n"),
        ("a\nb\nc\n", "b", 2, 2, "\n", "a\n\n\nc\n"),
        ("a\n\nc\n", "", 2, 2, "x", "a\nx\nc\n"),
        ("a\n", "a", 1, 1, "", ""),
        ("a\nb", "b", 2, 2, "x", "a\nx"),
        ("a\nb", "b", 2, 2, "", "a"),
        ("a\nb", "a\nb", 1, 2, "x\n", "x\n"),
        ("a\x0bb\u2028c\nd\n", "a\x0bb\u2028c", 1, 1, "x\x0c", "x\x0c\nd\n"),
        ("\ufeffa\nb\n", "a", 1, 1, "x", "\ufeffx\nb\n"),
    ],
)
def test_the_lines_are_replaced_and_all_else_stays(
    content: str, search: str, first: int, last: int, new: str, after: str
) -> None:
    assert replace(content, search, first, last, new) == after


@pytest.mark.parametrize(
    ("content", "search", "first", "last", "new", "after"),
    [
        ("a\r\nb\r\nc\r\n", "a\nb", 1, 2, "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"),
        ("a\r\nb\r\n", "a\r\nb\r", 1, 2, "x\r\ny\r", "x\r\ny\r\n"),
        ("a\r\nb", "b", 2, 2, "x\ny", "a\r\nx\r\ny"),
        ("a\r\nb", "b", 2, 2, "", "a"),
        ("a\r\nb\nc\r\n", "b", 2, 2, "x\ny", "a\r\nx\ny\nc\r\n"),
        ("a\r\nb\nc\r\n", "a\nb", 1, 2, "x\ny", "x\r\ny\nc\r\n"),
        ("a\nb\n", "a\r\nb", 1, 2, "x\r\ny", "x\ny\n"),
        ("a\nb\n", "a\r\nb\r\n", 1, 2, "x\r\ny\r\n", "x\ny\n"),
    ],
)
def test_lines_keep_how_they_end(content: str, search: str, first: int, last: int, new: str, after: str) -> None:
    assert replace(content, search, first, last, new) == after


@pytest.mark.parametrize(
    ("content", "search", "new", "after"),
    [
        ("a\nb\nc\nd\n", "b\nc\n", "x\n", "a\nx\nd\n"),
        ("a\nb\nc\nd\n", "b\nc\n", "x", "a\nx\nd\n"),
        ("a\nb\n\nd\n", "b\n", "x\n", "a\nx\n\nd\n"),
    ],
)
def test_one_newline_at_the_end_of_search_is_forgiven_where_it_is_clear(
    content: str, search: str, new: str, after: str
) -> None:
    assert replace(content, search, 2, 3, new) == after


@pytest.mark.parametrize(
    "search", ["a\n...\ne", "...", "a\n  ...  \nc\n...\ne", "a\nb\n...\nc\nd\ne", "...\nd\n...", "a\n..."]
)
def test_an_ellipsis_stands_for_any_run_of_lines(search: str) -> None:
    assert replace("a\nb\nc\nd\ne\nf\n", search, 1, 5, "x") == "x\nf\n"


def test_a_line_that_is_an_ellipsis_matches_itself() -> None:
    code = "class A:\n    ...\n\nb\n"
    assert replace(code, "class A:\n    ...", 1, 2, "class A: pass") == "class A: pass\n\nb\n"


def test_the_result_tells_the_new_numbers() -> None:
    app = App({"a.txt": "a\nb\nc\n"})
    arguments = {"file_path": "a.txt", "first_replaced_line": 2, "last_replaced_line": 2}
    ran = app.run("os-line-replace", **arguments, search="b", replace="x\ny")
    assert ran.text == "Replaced line 2 of a.txt; the new text is lines 2-3. The file has 4 lines now."
    ran = app.run("os-line-replace", **arguments, search="x", replace="")
    assert ran.text == "Deleted line 2 of a.txt. The file has 3 lines now."


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(ToolFailed, match=r"a\.txt is not UTF-8 text \(byte 3 is not\)"):
        replace(b"ab\xff", "ab", 1, 1, "x")


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (-1, 3)])
def test_a_range_that_is_none_is_refused(first: int, last: int) -> None:
    with pytest.raises(InvalidArguments, match="replaced_line"):
        replace("a\nb\n", "a", first, last, "x")


def test_a_file_that_would_grow_too_large_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"a\.txt would have"):
        replace("a\n", "a", 1, 1, "x" * MAX_FILE_BYTES)
