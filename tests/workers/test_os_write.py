"""`os-write`."""

import pytest

from models.errors import Conflict, InvalidArguments, TooLarge
from tests.workers.bench import MAX_FILE_BYTES, App


def test_a_file_is_created_with_exactly_its_content() -> None:
    app = App()
    ran = app.run("os-write", file_path="./src//a.txt", content="one\r\ntwo\u2028é")
    assert app.files == {"src/a.txt": "one\r\ntwo\u2028é".encode()}
    assert ran.text == "Created src/a.txt (13 bytes)."


def test_a_file_is_replaced_as_a_whole() -> None:
    app = App({"a.txt": "before"})
    ran = app.run("os-write", file_path="a.txt", content="x")
    assert app.files == {"a.txt": b"x"}
    assert ran.text == "Replaced a.txt (1 byte)."


def test_an_empty_file_can_be_written() -> None:
    app = App()
    app.run("os-write", file_path="a/.keep", content="")
    assert app.files == {"a/.keep": b""}


def test_large_content_reports_progress_by_chunks() -> None:
    ran = App().run("os-write", file_path="a.txt", content="é" * 1_500_000)
    writing = ran.reports["writing"]
    assert len(writing.fractions) == 23
    assert writing.fractions == sorted(writing.fractions)
    assert writing.fractions[-1] == 1
    assert writing.notes[8] == "1.2 of 3.0 MB"


def test_what_is_over_the_limit_is_refused() -> None:
    app = App()
    with pytest.raises(TooLarge, match=r"a\.txt would have 5\.2 MB; a file may have at most 5\.2 MB\."):
        app.run("os-write", file_path="a.txt", content="x" * (MAX_FILE_BYTES + 1))
    app.run("os-write", file_path="a.txt", content="x" * MAX_FILE_BYTES)


def test_a_file_cannot_be_put_where_a_folder_is() -> None:
    with pytest.raises(Conflict, match=r"src is a folder \(it holds src/a\.ts\)"):
        App({"src/a.ts": ""}).run("os-write", file_path="src", content="")


def test_a_file_cannot_be_put_into_a_file() -> None:
    with pytest.raises(Conflict, match=r"src is a file, so src/a/b\.ts cannot be created inside it"):
        App({"src": ""}).run("os-write", file_path="src/a/b.ts", content="")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a", "a/../../b", "a\0b", "a\nb", "", "a/", "x" * 256, "ab/" * 400 + "c"]
)
def test_a_path_outside_the_app_is_refused(path: str) -> None:
    with pytest.raises(InvalidArguments, match="file_path"):
        App().run("os-write", file_path=path, content="")


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(InvalidArguments, match="content"):
        App().run("os-write", file_path="a.txt", content="\ud800")


def test_a_missing_and_an_unknown_argument_are_both_named() -> None:
    with pytest.raises(InvalidArguments, match="content: Field required; contents: Extra inputs"):
        App().run("os-write", file_path="a.txt", contents="")


def test_syntax_errors_are_warnings_and_the_file_is_written() -> None:
    app = App()
    ran = app.run("os-write", file_path="package.json", content='{\n  "name": "x",\n}\n')
    assert "package.json" in app.files
    assert ran.result["warnings"] == [
        {"line": 2, "column": 14, "message": "Illegal trailing comma before end of object"}
    ] or ran.result["warnings"] == [
        {"line": 3, "column": 1, "message": "Expecting property name enclosed in double quotes"}
    ]
    assert "Warning: package.json has syntax errors (it was saved all the same):\n- line " in ran.text
