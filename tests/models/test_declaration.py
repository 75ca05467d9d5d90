"""What follows from a tool's declaration and a call's arguments."""

import pytest

from models.access import Access
from models.declaration import Declaration, Stage, Touch

RENAME = Declaration(
    name="rename",
    summary="Rename a file.",
    parameters={"type": "object"},
    stages=(Stage(name="writing", until=100),),
    queue="files",
    reads=(Touch(argument="old"), Touch(path="index.json")),
    writes=(Touch(argument="new"), Touch(argument="old")),
    title="Rename {old} to {new}",
)


def test_a_file_that_is_read_and_written_counts_as_written() -> None:
    assert set(RENAME.accesses({"old": "./a", "new": "b//c"})) == {
        Access("a", writes=True),
        Access("b/c", writes=True),
        Access("index.json", writes=False),
    }


def test_an_argument_that_is_left_out_touches_nothing() -> None:
    assert RENAME.accesses({"old": None}) == (Access("index.json", writes=False),)


def test_a_path_that_no_app_may_have_is_refused() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        RENAME.accesses({"old": "a", "new": "../b"})


def test_the_target_is_the_first_written_file_that_an_argument_names() -> None:
    assert RENAME.target_of({"old": "a", "new": "./b"}) == "b"
    assert RENAME.target_of({"old": "a"}) == "a"
    assert RENAME.target_of({}) is None


def test_a_title_is_filled_and_fits_on_a_line() -> None:
    assert RENAME.title_of({"old": "a", "new": "b\n\0c"}) == "Rename a to b c"
    assert RENAME.title_of({"old": {"not": "text"}, "new": "b"}) == "Rename  to b"
    assert len(RENAME.title_of({"old": "a" * 300, "new": "b"})) == 200


def test_a_title_is_filled_once_only() -> None:
    assert RENAME.title_of({"old": "{new}", "new": "{old}"}) == "Rename {new} to {old}"
