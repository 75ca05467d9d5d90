"""Editing lines and counting them, for any text: against a simple oracle."""

from hypothesis import assume, given
from hypothesis import strategies as st

from models.errors import Mismatch
from workers.text.edit import Edit, apply
from workers.text.lines import line_body, split_lines
from workers.text.search import matches, places

bodies = st.text("ab.\r \u2028\x0b\x0c\x85", max_size=3)
plain_bodies = st.text("ab. \u2028\x0b\x0c\x85", max_size=3).filter(lambda body: body.strip() != "...")
texts = st.builds(lambda lines, end: "\n".join(lines) + end, st.lists(bodies, max_size=8), st.sampled_from(["", "\n"]))


@given(texts)
def test_the_lines_of_a_text_joined_are_the_text(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(line.count("\n") == line.endswith("\n") for line in lines)
    assert all(line.endswith("\n") for line in lines[:-1])
    assert len(lines) == text.count("\n") + bool(text and not text.endswith("\n"))


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[str], str, int, int, list[str]]:
    lines = draw(st.lists(plain_bodies, min_size=1, max_size=8))
    end = draw(st.sampled_from(["", "\n"]))
    assume(end or lines[-1])
    first = draw(st.integers(1, len(lines)))
    last = draw(st.integers(first, len(lines)))
    new = draw(st.lists(plain_bodies, min_size=1, max_size=4).filter(lambda bodies: bodies != [""]))
    return lines, end, first, last, new


@given(edits(), st.sampled_from(["\n", "\r\n"]))
def test_an_edit_is_a_slice_of_the_list_of_lines(
    edit: tuple[list[str], str, int, int, list[str]], newline: str
) -> None:
    lines, end, first, last, new = edit
    text = newline.join(lines) + end.replace("\n", newline)
    wanted = "\n".join(lines[first - 1 : last])
    after = newline.join([*lines[: first - 1], *new, *lines[last:]]) + end.replace("\n", newline)
    if text.count("\n"):
        assert apply("a", text, Edit(wanted, first, last, "\n".join(new))) == after


@given(edits())
def test_an_edit_by_the_empty_text_deletes_the_lines(edit: tuple[list[str], str, int, int, list[str]]) -> None:
    lines, end, first, last, _ = edit
    kept = [*lines[: first - 1], *lines[last:]]
    wanted = "\n".join(lines[first - 1 : last])
    assert apply("a", "\n".join(lines) + end, Edit(wanted, first, last, "")) == "\n".join(kept) + (end if kept else "")


@given(texts, st.text("ab.\r\n ", max_size=8), st.integers(1, 6), st.integers(0, 3))
def test_an_edit_either_fits_or_says_why_not(text: str, search: str, first: int, more: int) -> None:
    lines = split_lines(text)
    assume(first + more <= len(lines))
    try:
        after = split_lines(apply("a", text, Edit(search, first, first + more, "new")))
    except Mismatch as error:
        assert "First difference: " in error.detail
    else:
        assert after[: first - 1] == lines[: first - 1]
        assert after[first:] == lines[first + more :]


@given(
    st.lists(st.sampled_from("ab"), max_size=9), st.lists(st.sampled_from(["a", "b", "..."]), min_size=1, max_size=5)
)
def test_wanted_lines_are_found_wherever_they_stand(lines: list[str], wanted: list[str]) -> None:
    spans = [(first, last) for first in range(1, len(lines) + 1) for last in range(first, len(lines) + 1)]
    fitting = {span for span in spans if matches(wanted, lines[span[0] - 1 : span[1]])}
    found = places(wanted, lines)
    if set(wanted) == {"..."}:
        assert found == []
        return
    assert set(found) <= fitting
    assert bool(found) == bool(fitting)


@given(st.lists(st.sampled_from("ab"), max_size=7), st.lists(st.sampled_from(["a", "b", "..."]), max_size=5))
def test_matching_agrees_with_trying_every_run(lines: list[str], wanted: list[str]) -> None:
    assert matches(wanted, lines) == _tried(wanted, lines)


def _tried(wanted: list[str], lines: list[str]) -> bool:
    if not wanted:
        return not lines
    if wanted[0] == "...":
        return any(_tried(wanted[1:], lines[skipped:]) for skipped in range(len(lines) + 1))
    return bool(lines) and lines[0] == wanted[0] and _tried(wanted[1:], lines[1:])


def test_a_carriage_return_alone_is_text() -> None:
    assert [line_body(line) for line in split_lines("a\rb\r\nc\r")] == ["a\rb", "c\r"]
