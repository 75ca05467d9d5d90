"""Which lines of a file are asked for, like `1-40, 80-120`. Pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"(?:lines? )?L?([0-9]{1,9})(?:(-)L?([0-9]{1,9})?)?", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Range:
    """Lines `first` to `last`, counted from 1, both included; no `last`: to the end of the file."""

    first: int
    last: int | None


def parse_ranges(text: str) -> list[Range]:
    """`1-40, 80, 120-` as ranges. Raises ValueError, saying what is wrong; empty text asks for no ranges."""
    return [_parse(part.strip()) for part in re.split(r"[,;]", text) if part.strip()]


def within(ranges: list[Range], count: int) -> list[tuple[int, int]]:
    """The ranges in a file of `count` lines: in order, cut at its end, joined where they touch or overlap."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted((wanted.first, min(wanted.last or count, count)) for wanted in ranges):
        if first > last:
            continue
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def cut(spans: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """The first `most` lines of the spans."""
    kept: list[tuple[int, int]] = []
    for first, last in spans:
        if most <= 0:
            break
        kept.append((first, min(last, first + most - 1)))
        most -= last - first + 1
    return kept


def _parse(part: str) -> Range:
    found = _RANGE.fullmatch(re.sub(r"\s*[-–—]\s*", "-", part))
    if not found:
        raise ValueError(f"lines are like `1-40, 80, 120-`, not {part[:40]!r}")
    first = int(found[1])
    last = int(found[3]) if found[3] else (None if found[2] else first)
    if first == 0:
        raise ValueError("lines count from 1")
    if last is not None and last < first:
        raise ValueError(f"a range ends after it starts, unlike {part[:40]!r}")
    return Range(first, last)
