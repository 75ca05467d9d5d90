"""The order of an app's calls: which earlier calls each new one must wait for. Pure.

Edges are reduced: a call waits directly for Y only if no call that it already waits for conflicts with Y, since such a call
waits for Y itself. So a queue of edits of one file is a line, not a triangle; whoever removes a call from the middle of the
line must hand its own edges on (see `hand_on`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from models.access import Access, conflict


class Turn(NamedTuple):
    """An unfinished call in the app's order: its key and what it touches."""

    key: int
    accesses: tuple[Access, ...]


def plan(earlier: Sequence[Turn], arriving: Sequence[Turn]) -> dict[int, list[int]]:
    """The keys that each arriving call waits for directly, oldest first. Both sequences are in the app's order."""
    line = list(earlier)
    waits: dict[int, list[int]] = {}
    for turn in arriving:
        waits[turn.key] = [other.key for other in reversed(_direct(turn, line))]
        line.append(turn)
    return waits


def hand_on(waits_of_gone: Iterable[int], waits: Iterable[int], gone: int) -> set[int]:
    """What a call waits for once `gone` has left the order: what `gone` itself still waited for takes its place."""
    return (set(waits) - {gone}) | set(waits_of_gone)


def closure(waits: Mapping[int, Iterable[int]], key: int) -> set[int]:
    """All the calls that must be final before this one may start, directly or through others."""
    found: set[int] = set()
    open_keys = list(waits.get(key, ()))
    while open_keys:
        other = open_keys.pop()
        if other not in found:
            found.add(other)
            open_keys.extend(waits.get(other, ()))
    return found


def _direct(turn: Turn, line: Sequence[Turn]) -> list[Turn]:
    chosen: list[Turn] = []
    for other in reversed(line):
        if not conflict(turn.accesses, other.accesses):
            continue
        if not any(conflict(nearer.accesses, other.accesses) for nearer in chosen):
            chosen.append(other)
    return chosen
