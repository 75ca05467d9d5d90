"""`os-rename`."""

import pytest

from models.errors import Conflict, FileMissing
from tests.workers.bench import App


def rename(app: App, original: str, new: str) -> str:
    return app.run("os-rename", original_file_path=original, new_file_path=new).text


def test_a_file_moves_with_its_content() -> None:
    app = App({"a.bin": b"\0\xff"})
    assert rename(app, "a.bin", "deep/er/b.bin") == "Renamed a.bin to deep/er/b.bin (2 bytes)."
    assert app.files == {"deep/er/b.bin": b"\0\xff"}


def test_a_missing_original_is_named_with_the_nearest_ones() -> None:
    with pytest.raises(FileMissing, match=r"Did you mean src/App\.tsx"):
        rename(App({"src/App.tsx": ""}), "src/App.jsx", "src/Main.tsx")


def test_a_file_at_the_new_path_is_not_overwritten() -> None:
    app = App({"a": "1", "b": "2"})
    with pytest.raises(Conflict, match="There is a file b already"):
        rename(app, "a", "b")
    assert app.files == {"a": b"1", "b": b"2"}


def test_the_same_path_is_a_conflict_however_it_is_written() -> None:
    with pytest.raises(Conflict, match="src/a has this path already"):
        rename(App({"src/a": ""}), "src/a", "./src//a")


def test_a_file_may_become_a_folder_of_itself() -> None:
    app = App({"docs": "x"})
    rename(app, "docs", "docs/index.md")
    assert app.files == {"docs/index.md": b"x"}


def test_a_new_path_inside_another_file_or_over_a_folder_is_refused() -> None:
    app = App({"a": "", "b": "", "c/d": ""})
    with pytest.raises(Conflict, match="b is a file"):
        rename(app, "a", "b/a")
    with pytest.raises(Conflict, match="c is a folder"):
        rename(app, "a", "c")


def test_the_new_name_decides_the_language_that_is_checked() -> None:
    app = App({"data.txt": "{"})
    assert "syntax errors" in rename(app, "data.txt", "data.json")
