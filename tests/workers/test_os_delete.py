"""`os-delete`."""

import pytest

from models.errors import FileMissing
from tests.workers.bench import App


def test_a_file_is_deleted() -> None:
    app = App({"a.txt": "abc", "b.txt": ""})
    ran = app.run("os-delete", file_path="a.txt")
    assert app.files == {"b.txt": b""}
    assert ran.text == "Deleted a.txt (3 bytes)."


def test_a_missing_file_is_named_with_the_nearest_ones() -> None:
    app = App({"src/App.tsx": "", "src/main.tsx": "", "README.md": ""})
    with pytest.raises(
        FileMissing, match=r"There is no file src/Ap\.tsx\. Did you mean src/App\.tsx or src/main\.tsx\?"
    ):
        app.run("os-delete", file_path="src/Ap.tsx")


def test_a_file_of_the_same_name_elsewhere_is_named_first() -> None:
    with pytest.raises(FileMissing, match=r"Did you mean src/components/deep/Button\.tsx"):
        App({"src/components/deep/Button.tsx": ""}).run("os-delete", file_path="button.tsx")


def test_a_folder_is_not_deleted_but_its_files_are_listed() -> None:
    app = App({f"src/{number:02}.ts": "" for number in range(12)})
    with pytest.raises(FileMissing, match=r"src is a folder, not a file\. It holds src/00\.ts, .* and 2 more\."):
        app.run("os-delete", file_path="src")


def test_an_app_without_files_says_so() -> None:
    with pytest.raises(FileMissing, match="the app has no files yet"):
        App().run("os-delete", file_path="a")
