"""Replaces named lines of a text, if they are what was expected. Pure; `workers.text.mismatch` says why when they are not."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import Mismatch, ToolFailed
from workers.text import mismatch
from workers.text.lines import BYTE_ORDER_MARK, line_body, line_end, split_lines
from workers.text.search import matches


@dataclass(frozen=True)
class Edit:
    """Put `replace` where the lines `first` to `last` (from 1, both included) are `search`."""

    search: str
    first: int
    last: int
    replace: str


@dataclass(frozen=True)
class Reading:
    """One way to read `search` as lines: with what was dropped from it, which is then dropped from `replace` too."""

    lines: list[str]
    final_newline: bool = False
    carriage_returns: bool = False


def apply(path: str, text: str, edit: Edit) -> str:
    """The text after the edit. Raises Mismatch, or ToolFailed when there are not so many lines."""
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    lines = split_lines(text.removeprefix(mark))
    reading = _find_reading(path, [line_body(line) for line in lines], edit)
    return mark + _spliced(lines, edit, _bodies(edit.replace, reading))


def _find_reading(path: str, bodies: list[str], edit: Edit) -> Reading:
    readings = _readings(edit.search)
    if edit.last > len(bodies):
        found = mismatch.hint([reading.lines for reading in readings], bodies)
        raise ToolFailed(f"{mismatch.too_far(path, len(bodies), edit.first, edit.last)} {found}".strip())
    standing = bodies[edit.first - 1 : edit.last]
    for reading in readings:
        if matches(reading.lines, standing):
            return reading
    raise Mismatch(mismatch.explain(path, bodies, edit.first, standing, [reading.lines for reading in readings]))


def _readings(search: str) -> list[Reading]:
    """`search` as it is, then forgiving CRLF, then one final newline, then both."""
    lines = search.split("\n")
    plain = [line.removesuffix("\r") for line in lines]
    readings = [Reading(lines), Reading(plain, carriage_returns=True)]
    if len(lines) > 1 and plain[-1] == "":
        readings.append(Reading(lines[:-1], final_newline=True))
        readings.append(Reading(plain[:-1], final_newline=True, carriage_returns=True))
    return readings if plain != lines else [reading for reading in readings if not reading.carriage_returns]


def _bodies(replace: str, reading: Reading) -> list[str]:
    if not replace:
        return []
    bodies = replace.split("\n")
    if reading.carriage_returns:
        bodies = [body.removesuffix("\r") for body in bodies]
    if reading.final_newline and len(bodies) > 1 and bodies[-1] == "":
        bodies.pop()
    return bodies


def _spliced(lines: list[str], edit: Edit, bodies: Sequence[str]) -> str:
    parts = [(line_body(line), line_end(line)) for line in lines]
    ends = _line_ends(parts, edit.first, edit.last)
    put = [_ended(body, ends[min(index, len(ends) - 1)]) for index, body in enumerate(bodies)]
    after = [*parts[: edit.first - 1], *put, *parts[edit.last :]]
    if after and not parts[-1][1]:
        after[-1] = (after[-1][0], "")
    return "".join(body + end for body, end in after)


def _line_ends(parts: list[tuple[str, str]], first: int, last: int) -> list[str]:
    """How the replaced lines end; a last line without an end counts as ended like the one before it."""
    before = parts[last - 2][1] if last > 1 else "\n"
    return [end or before for _, end in parts[first - 1 : last]]


def _ended(body: str, end: str) -> tuple[str, str]:
    return (body.removesuffix("\r") if end == "\r\n" else body, end)
