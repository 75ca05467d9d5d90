"""The data folder and the key in it."""

import stat
from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.local.folder import DataFolder
from ops.local.key import first_key, key_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_the_key_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "deep" / "data")
    folder.acquire()
    key = first_key(folder.path)
    folder.release()
    assert mode(folder.path) == 0o700
    assert mode(key_file(folder.path)) == 0o600
    assert key.startswith("tr_")
    assert len(key) > 40


def test_a_key_is_made_once(tmp_path: Path) -> None:
    assert first_key(tmp_path) == first_key(tmp_path)


def test_a_given_key_is_used_and_not_written_down(tmp_path: Path) -> None:
    assert first_key(tmp_path, "tr_given") == "tr_given"
    assert not key_file(tmp_path).exists()


def test_a_folder_belongs_to_one_stack_at_a_time(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path), DataFolder(tmp_path)
    first.acquire()
    with pytest.raises(OpsError, match="another Toolreel runs on"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_what_a_stack_tells_is_believed_only_while_it_runs(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.acquire()
    folder.tell(url="http://127.0.0.1:1", flower="f", redis="r", database="d")
    told = tmp_path / "run.json"
    text = told.read_text()
    running = DataFolder(tmp_path).running()
    assert running is not None
    assert running.url == "http://127.0.0.1:1"
    assert mode(told) == 0o600
    folder.release()
    told.write_text(text)
    assert DataFolder(tmp_path).running() is None


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OpsError, match="--data"):
        DataFolder(tmp_path / "file" / "data").acquire()
