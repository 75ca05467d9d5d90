"""Finds wanted lines, in which `...` stands for any run of lines, in the lines of a file. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

ELLIPSIS = "..."
MOST_PLACES = 20


def is_ellipsis(line: str) -> bool:
    return line.strip() == ELLIPSIS


def split_runs(wanted: Sequence[str]) -> list[list[str]]:
    """The wanted lines between the ellipses: `["a", "...", "b"]` gives `[["a"], ["b"]]`."""
    runs: list[list[str]] = [[]]
    for line in wanted:
        if is_ellipsis(line):
            runs.append([])
        else:
            runs[-1].append(line)
    return runs


def matches(wanted: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether the lines are what is wanted, from the first to the last of them."""
    head, *middle = split_runs(wanted)
    if not middle:
        return head == list(lines)
    tail = middle.pop()
    end = len(lines) - len(tail)
    if end < len(head) or list(lines[: len(head)]) != head or list(lines[end:]) != tail:
        return False
    return Haystack(lines[:end]).follow(middle, len(head)) is not None


def places(wanted: Sequence[str], lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where the wanted lines stand, as (first, last) counted from 1; at most 20 places, none for ellipses alone."""
    runs = [run for run in split_runs(wanted) if run]
    haystack = Haystack(lines)
    found: list[tuple[int, int]] = []
    start = haystack.find(runs[0], 0) if runs else None
    while start is not None and len(found) < MOST_PLACES:
        end = haystack.follow(runs[1:], start + len(runs[0]))
        if end is None:
            break
        found.append((start + 1, end))
        start = haystack.find(runs[0], start + 1)
    return found


class Haystack:
    """Lines kept as one string, so that a run of them is found by C's string search. Lines count from 0 here."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n" + "".join(line + "\n" for line in lines)
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def find(self, run: Sequence[str], line: int) -> int | None:
        """The first line, from `line` on, at which the run stands."""
        if not run:
            return line
        at = self._text.find("\n" + "".join(wanted + "\n" for wanted in run), self._starts[line])
        return None if at < 0 else bisect_left(self._starts, at)

    def follow(self, runs: Sequence[Sequence[str]], line: int) -> int | None:
        """The line after the last of the runs, each taken at the first place after the one before."""
        for run in runs:
            at = self.find(run, line)
            if at is None:
                return None
            line = at + len(run)
        return line
