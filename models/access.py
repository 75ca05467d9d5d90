"""Which files a call touches, and when two calls must not run at once. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from models.path import overlap

EVERYTHING = "*"


class Access(NamedTuple):
    """One file (or `*`, the whole app) that a call reads, or reads and writes."""

    path: str
    writes: bool


def conflict(one: Iterable[Access], other: Iterable[Access]) -> bool:
    """Whether two calls touch the same file and at least one of them writes it. A folder and what lies in it are the same."""
    others = tuple(other)
    return any(_clash(mine, theirs) for mine in one for theirs in others)


def _clash(one: Access, other: Access) -> bool:
    if not (one.writes or other.writes):
        return False
    return EVERYTHING in (one.path, other.path) or overlap(one.path, other.path)
