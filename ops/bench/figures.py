"""From samples to figures: percentiles, spreads and ratios. No I/O, no clock."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MILLISECONDS = "ms"
PER_SECOND = "per second"
SECONDS = "s"
MICROSECONDS = "µs"
KIB = "KiB"
NANOSECONDS_PER_MS = 1e6
MOST_KEPT = 200


@dataclass(frozen=True)
class Spread:
    """What a number of samples looked like, in their own unit. `rounds` are the samples, by the round they were taken in.

    Of a round with more than MOST_KEPT samples so many stand for all, at even distances in their order.
    """

    count: int
    p1: float
    p50: float
    p99: float
    rounds: tuple[tuple[float, ...], ...] = ()

    @classmethod
    def of(cls, samples: Iterable[float]) -> "Spread":
        """Of samples of one round. Raises ValueError when there are none."""
        return cls.of_rounds([samples])

    @classmethod
    def of_rounds(cls, rounds: Iterable[Iterable[float]]) -> "Spread":
        """Raises ValueError when there are no samples."""
        taken = [tuple(samples) for samples in rounds]
        kept = tuple(thinned(samples) for samples in taken)
        ordered = sorted(itertools.chain.from_iterable(taken))
        p1, p50, p99 = (percentile(ordered, share) for share in (0.01, 0.5, 0.99))
        return cls(len(ordered), p1, p50, p99, kept)


@dataclass(frozen=True)
class Row:
    """One thing measured, beside references in the same run where there are some: the bare limit, the baseline, and
    what an empty store does.

    Of a time the tail is p99, of a rate p1.
    """

    what: str
    unit: str
    measured: Spread
    limit: Spread | None = None
    baseline: Spread | None = None
    empty: Spread | None = None

    @property
    def references(self) -> dict[str, Spread | None]:
        return {"limit": self.limit, "baseline": self.baseline, "empty": self.empty}

    def ratio_to(self, reference: Spread | None) -> tuple[float | None, float | None]:
        """The median of the measured thing in medians of the reference, and the tail in tails."""
        if reference is None:
            return None, None
        return ratio(self.measured.p50, reference.p50), ratio(self.tail(self.measured), self.tail(reference))

    def tail(self, spread: Spread) -> float:
        """The bad end of a spread: slow times and large sizes, low rates."""
        return spread.p1 if self.unit == PER_SECOND else spread.p99

    def as_json(self) -> dict[str, Any]:
        """Spreads by side, and how many times each reference what was measured is; None where there is no such reference."""
        tail = "p1" if self.unit == PER_SECOND else "p99"
        told: dict[str, Any] = {"what": self.what, "unit": self.unit}
        for name, spread in {"measured": self.measured, **self.references}.items():
            told[name] = spread and {
                "count": spread.count,
                "p50": figures(spread.p50),
                tail: figures(self.tail(spread)),
                "rounds": [[figures(sample) for sample in samples] for samples in spread.rounds],
            }
        for name, reference in self.references.items():
            told[f"ratio_to_{name}"] = reference and dict(zip(("p50", tail), self.ratio_to(reference), strict=True))
        return told


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share (0-1) of the sorted samples lies, interpolated linearly between neighbours
    (definition 7 of Hyndman and Fan, 1996). Raises ValueError when there are none."""
    if not ordered:
        raise ValueError("no samples")
    place = share * (len(ordered) - 1)
    below, above = math.floor(place), math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def thinned(samples: tuple[float, ...]) -> tuple[float, ...]:
    """At most MOST_KEPT of the samples, spread evenly over their order."""
    if len(samples) <= MOST_KEPT:
        return samples
    ordered = sorted(samples)
    return tuple(percentile(ordered, (number + 0.5) / MOST_KEPT) for number in range(MOST_KEPT))


def figures(value: float) -> float:
    """Five digits that count."""
    return float(f"{value:.5g}")


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
