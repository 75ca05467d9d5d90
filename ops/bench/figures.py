"""From samples to figures: percentiles, spreads and ratios. No I/O, no clock."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MILLISECONDS = "ms"
PER_SECOND = "per second"
NANOSECONDS_PER_MS = 1e6


@dataclass(frozen=True)
class Spread:
    """What a number of samples looked like, in their own unit."""

    count: int
    p1: float
    p50: float
    p99: float

    @classmethod
    def of(cls, samples: Iterable[float]) -> "Spread":
        """Raises ValueError when there are no samples."""
        ordered = sorted(samples)
        return cls(len(ordered), *(percentile(ordered, share) for share in (0.01, 0.5, 0.99)))


@dataclass(frozen=True)
class Row:
    """One thing measured, beside the bare limit in the same run. Of a time the tail is p99, of a rate p1."""

    what: str
    unit: str
    measured: Spread
    limit: Spread

    @property
    def ratio(self) -> float | None:
        """The median of the measured thing, in medians of the limit."""
        return ratio(self.measured.p50, self.limit.p50)

    @property
    def tail_ratio(self) -> float | None:
        return ratio(self.tail(self.measured), self.tail(self.limit))

    def tail(self, spread: Spread) -> float:
        """The bad end of a spread: slow times, low rates."""
        return spread.p99 if self.unit == MILLISECONDS else spread.p1

    def as_json(self) -> dict[str, Any]:
        tail = "p99" if self.unit == MILLISECONDS else "p1"
        spreads = {
            name: {"count": spread.count, "p50": round(spread.p50, 4), tail: round(self.tail(spread), 4)}
            for name, spread in (("measured", self.measured), ("limit", self.limit))
        }
        return {"what": self.what, "unit": self.unit, **spreads, "ratio": {"p50": self.ratio, tail: self.tail_ratio}}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share (0-1) of the sorted samples lies, interpolated linearly between neighbours
    (definition 7 of Hyndman and Fan, 1996). Raises ValueError when there are none."""
    if not ordered:
        raise ValueError("no samples")
    place = share * (len(ordered) - 1)
    below, above = math.floor(place), math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def ratio(measured: float, limit: float) -> float | None:
    """How many times the limit, with three digits after the point; None where the limit is nothing."""
    return round(measured / limit, 3) if limit else None


def milliseconds(nanoseconds: Iterable[int]) -> list[float]:
    return [one / NANOSECONDS_PER_MS for one in nanoseconds]


def per_second(count: int, nanoseconds: int) -> float:
    """A rate. Raises ValueError when no time has passed."""
    if nanoseconds <= 0:
        raise ValueError("a rate needs time to pass")
    return count * 1e9 / nanoseconds
