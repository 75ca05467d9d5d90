"""What `os-line-replace` tells a model whose edit does not fit."""

import pytest

from models.errors import FileMissing, Mismatch, ToolFailed
from tests.workers.bench import App

FILE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"


def refused(search: str, first: int, last: int, content: str = FILE) -> ToolFailed:
    app = App({"a.txt": content})
    before = dict(app.files)
    with pytest.raises(ToolFailed) as caught:
        app.run(
            "os-line-replace",
            file_path="a.txt",
            search=search,
            first_replaced_line=first,
            last_replaced_line=last,
            replace="x",
        )
    assert app.files == before
    return caught.value


def test_the_one_other_place_is_named_for_the_next_try() -> None:
    error = refused("def two():\n    return 2", 1, 2)
    assert isinstance(error, Mismatch)
    assert error.detail.split("\n") == [
        "The text of search is not at lines 1-2 of a.txt; nothing was changed. There stands:",
        "1 | def one():",
        "2 |     return 1",
        "First difference: line 1 of the file is `def one():`, but line 1 of search is `def two():`.",
        "The text of search stands at lines 5-6: call again with first_replaced_line=5 and last_replaced_line=6.",
    ]


def test_a_range_of_another_length_is_said_and_the_right_one_named() -> None:
    detail = refused("def one():\n    return 1", 1, 3).detail
    assert "First difference: search has 2 lines, but 3 were named." in detail
    assert "first_replaced_line=1 and last_replaced_line=2" in detail


def test_several_places_are_listed() -> None:
    detail = refused("x", 2, 2, "x\ny\nx\nx\n").detail
    assert "stands at line 1, line 3, line 4: name the one that you mean." in detail


def test_very_many_places_are_cut() -> None:
    detail = refused("x", 1, 1, "y\n" + "x\n" * 50).detail
    assert "line 6 and 15 or more other places" in detail


def test_text_that_is_nowhere_is_said_to_be() -> None:
    assert "was not found anywhere in this file; view it again with os-view." in refused("def three():", 1, 1).detail


def test_a_difference_in_white_space_is_made_visible() -> None:
    detail = refused("return 1", 2, 2, "def one():\n\treturn 1\n").detail
    assert "Only the white space differs: '\\treturn 1' there." in detail


def test_a_difference_after_an_ellipsis_is_found_from_the_end() -> None:
    detail = refused("def one():\n...\n    return 3", 1, 6).detail
    assert "line 6 of the file is `    return 2`, but line 3 of search is `    return 3`" in detail


def test_lines_between_ellipses_must_come_in_their_order() -> None:
    detail = refused("a\n...\nc\n...\nb\n...\nd", 1, 4, "a\nb\nc\nd\n").detail
    assert "the lines between the ellipses of search are not there in that order" in detail


def test_a_search_with_an_ellipsis_is_found_elsewhere() -> None:
    detail = refused("def two():\n...\n    return 2", 1, 2).detail
    assert "first_replaced_line=5 and last_replaced_line=6" in detail


def test_a_range_after_the_end_says_how_many_lines_there_are() -> None:
    detail = refused("def two():\n    return 2\n", 6, 7).detail
    assert detail.startswith("a.txt has 6 lines, so there is nothing at lines 6-7; nothing was changed.")
    assert "first_replaced_line=5 and last_replaced_line=6" in detail


def test_an_empty_file_has_no_lines() -> None:
    assert "a.txt is empty" in refused("", 1, 1, "").detail


def test_what_is_shown_is_bounded() -> None:
    assert len(refused("x", 1, 5000, "y" * 500 + "\n" + "y\n" * 5000).detail) < 5000


def test_a_missing_file_is_named_with_the_nearest_ones() -> None:
    with pytest.raises(FileMissing, match=r"Did you mean a\.txt"):
        App({"a.txt": ""}).run(
            "os-line-replace", file_path="b.txt", search="", first_replaced_line=1, last_replaced_line=1, replace=""
        )
