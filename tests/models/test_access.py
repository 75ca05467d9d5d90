"""When two calls must not run at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.access import Access, conflict

PATHS = st.sampled_from(["a", "a/b", "a/b/c", "a.b", "ab", "*"])
ACCESSES = st.lists(st.builds(Access, PATHS, st.booleans()), max_size=3)


@given(ACCESSES, ACCESSES)
def test_a_conflict_is_mutual(one: list[Access], other: list[Access]) -> None:
    assert conflict(one, other) == conflict(other, one)


@given(ACCESSES, ACCESSES)
def test_readers_never_conflict(one: list[Access], other: list[Access]) -> None:
    assert not conflict(
        [access._replace(writes=False) for access in one], [access._replace(writes=False) for access in other]
    )


@pytest.mark.parametrize("path", ["a", "a/b/c", "a/x", "*"])
def test_a_writer_conflicts_with_who_touches_the_same_file_or_folder(path: str) -> None:
    for writes in (True, False):
        assert conflict([Access("a", writes=True)], [Access(path, writes=writes)])


@pytest.mark.parametrize("path", ["b", "ab", "a.b", "a-b/c", "a0", "A"])
def test_names_that_only_begin_alike_do_not_conflict(path: str) -> None:
    assert not conflict([Access("a", writes=True)], [Access(path, writes=True)])


def test_the_whole_app_conflicts_with_every_file() -> None:
    assert conflict([Access("*", writes=False)], [Access("x", writes=True)])
    assert not conflict([Access("*", writes=True)], [])
