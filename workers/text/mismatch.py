"""Words for a model whose edit did not fit: what stands there, the first difference, where the text is instead. Pure."""

from collections.abc import Sequence

from workers.text.lines import how_many, numbered, span
from workers.text.search import MOST_PLACES, is_ellipsis, places

_SHOWN_LINES = 40
_SHOWN_CHARACTERS = 300
_SHOWN_PLACES = 5


def too_far(path: str, count: int, first: int, last: int) -> str:
    """Says that the file has not so many lines."""
    if count == 0:
        return f"{path} is empty, so it has no {span(first, last)}; write it with os-write."
    return f"{path} has {how_many(count)}, so there is nothing at {span(first, last)}; nothing was changed."


def explain(
    path: str, bodies: Sequence[str], first: int, standing: Sequence[str], readings: Sequence[Sequence[str]]
) -> str:
    """The whole explanation. `bodies` are the file's lines, `standing` those that were named, from line `first`."""
    named = span(first, first + len(standing) - 1)
    return "\n".join(
        [
            f"The text of search is not at {named} of {path}; nothing was changed. There stands:",
            *_excerpt(standing, first),
            _first_difference(readings[-1], standing, first),
            hint(readings, bodies),
        ]
    )


def hint(readings: Sequence[Sequence[str]], bodies: Sequence[str]) -> str:
    """Where else the text was found; one place is named as the arguments to call again with."""
    found = next((there for lines in readings if (there := places(lines, bodies))), [])
    if not found:
        return "The text of search was not found anywhere in this file; view it again with os-view."
    if len(found) == 1:
        first, last = found[0]
        return (
            f"The text of search stands at {span(first, last)}: "
            f"call again with first_replaced_line={first} and last_replaced_line={last}."
        )
    return f"The text of search stands at {_listed(found)}: name the one that you mean."


def _listed(found: Sequence[tuple[int, int]]) -> str:
    listed = ", ".join(span(*place) for place in found[:_SHOWN_PLACES])
    more = len(found) - _SHOWN_PLACES
    if more <= 0:
        return listed
    return f"{listed} and {more}{' or more' if len(found) == MOST_PLACES else ''} other places"


def _excerpt(standing: Sequence[str], first: int) -> list[str]:
    width = len(str(first + len(standing)))
    shown = numbered(standing[:_SHOWN_LINES], first, width, _SHOWN_CHARACTERS)
    more = len(standing) - _SHOWN_LINES
    return [*shown, f"… {more} more lines"] if more > 0 else shown


def _first_difference(wanted: Sequence[str], standing: Sequence[str], first: int) -> str:
    for index, (expected, there) in enumerate(zip(wanted, standing, strict=False)):
        if is_ellipsis(expected):
            return _after_ellipsis(wanted, standing, first)
        if expected != there:
            return _difference(index + 1, expected, first + index, there)
    return f"First difference: search has {len(wanted)} lines, but {len(standing)} were named."


def _after_ellipsis(wanted: Sequence[str], standing: Sequence[str], first: int) -> str:
    for back, (expected, there) in enumerate(zip(reversed(wanted), reversed(standing), strict=False)):
        if is_ellipsis(expected):
            break
        if expected != there:
            return _difference(len(wanted) - back, expected, first + len(standing) - 1 - back, there)
    return "First difference: the lines between the ellipses of search are not there in that order."


def _difference(number: int, expected: str, line: int, there: str) -> str:
    blank = expected.split() == there.split()
    return (
        f"First difference: line {line} of the file is {_quoted(there)}, but line {number} of search is {_quoted(expected)}."
        + (f" Only the white space differs: {there[:_SHOWN_CHARACTERS]!a} there." if blank else "")
    )


def _quoted(line: str) -> str:
    cut = line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + "…"
    return f"`{cut}`"
