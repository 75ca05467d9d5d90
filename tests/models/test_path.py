"""Which paths an app's file may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.path import MAX_NAME_BYTES, MAX_PATH_BYTES, folders, normalise, overlap

NAMES = st.sampled_from(["a", "b", "ab", "a.b", "a b", "...", "..a", ".a", "é", "-"])
TEXTS = st.text(st.sampled_from("ab./\\\0\n\x7f\x9fé\ud800"), max_size=12)


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_normal_path_stays_as_it_is(names: list[str]) -> None:
    assert normalise("/".join(names)) == "/".join(names)


@given(TEXTS)
def test_what_is_accepted_is_normal(text: str) -> None:
    try:
        path = normalise(text)
    except ValueError:
        return
    assert normalise(path) == path
    assert not set(path.split("/")) & {"", ".", ".."}
    assert not set(path) & set("\\\0\n\x7f\x9f\ud800")


@given(TEXTS, st.sampled_from(["\0", "\n", "\x1f", "\x7f", "\x85", "\\", "\ud800", "\udfff"]), st.integers(0, 12))
def test_one_wrong_character_anywhere_is_enough(text: str, wrong: str, place: int) -> None:
    with pytest.raises(ValueError, match="must"):
        normalise(f"a{text[:place]}{wrong}{text[place:]}b")


@pytest.mark.parametrize(
    "path", ["/", "/a", "//a", "..", "../a", "a/../b", "a/..", "", ".", "./", "a/", "./.", " /../"]
)
def test_what_leaves_the_app_or_names_no_file_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must"):
        normalise(path)


def test_useless_parts_go() -> None:
    assert normalise("./src//./App.tsx") == "src/App.tsx"


def test_length_is_counted_in_bytes() -> None:
    assert normalise("é" * (MAX_NAME_BYTES // 2))
    with pytest.raises(ValueError, match=f"{MAX_NAME_BYTES} bytes"):
        normalise("é" * (MAX_NAME_BYTES // 2 + 1))
    longest = "/".join(["a" * 127] * 8)
    assert len(normalise(longest)) == MAX_PATH_BYTES - 1
    with pytest.raises(ValueError, match=f"{MAX_PATH_BYTES} bytes"):
        normalise(longest + "/a")


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES, min_size=1, max_size=4))
def test_paths_overlap_when_one_lies_in_the_other(one: list[str], other: list[str]) -> None:
    shorter = min(len(one), len(other))
    assert overlap("/".join(one), "/".join(other)) == (one[:shorter] == other[:shorter])


def test_a_files_folders_are_named_outermost_first() -> None:
    assert folders("a/b/c") == ["a", "a/b"]
    assert folders("a") == []
