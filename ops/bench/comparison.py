"""What changed from one run of the bench to another beyond noise. No I/O, no clock; chance is passed in.

A median has changed where two bootstrap intervals of 95 % lie on the same side of 1: that of the new median in old ones, and
that of the same with each median divided by its reference's of the same run. So a machine that was slower in one of the runs
changes nothing, and a reference that happened to be changes nothing either. Rounds are drawn, and samples within them
(Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3 and, for the two stages, chapter 8).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

from ops.bench.figures import PER_SECOND, percentile

RESAMPLES = 500
CONFIDENCE = 0.95
MOST_OF_A_ROUND = 60
FEWEST = 3
REFERENCES = ("baseline", "empty", "limit")

Rounds = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Interval:
    """Where a ratio lies, most likely."""

    low: float
    high: float

    @property
    def side(self) -> int:
        """1 when it lies above 1, -1 when below, 0 when it holds it."""
        return (self.low > 1) - (self.high < 1)


@dataclass(frozen=True)
class Change:
    """How one row's median went: the new one in old ones, and what that is worth."""

    scenario: str
    what: str
    unit: str
    old: float
    new: float
    interval: Interval
    relative: Interval | None
    samples: int

    @property
    def ratio(self) -> float:
        return self.new / self.old

    @property
    def verdict(self) -> str:
        """`better`, `worse` or `same`; `unsure` where there are too few samples."""
        if self.samples < FEWEST:
            return "unsure"
        side = self.interval.side
        if side == 0 or (self.relative is not None and self.relative.side != side):
            return "same"
        return "better" if (side > 0) == (self.unit == PER_SECOND) else "worse"


def changes(old: Mapping[str, Any], new: Mapping[str, Any], chance: Random) -> Iterator[Change]:
    """A change for each row that both outcomes have, in the order of the new one."""
    before = _rows(old)
    for (scenario, what), row in _rows(new).items():
        earlier = before.get((scenario, what))
        if earlier is not None:
            yield _change(scenario, earlier, row, chance)


def only_in(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What the one outcome has rows of and the other has not."""
    return [what for scenario, what in _rows(one).keys() - _rows(other).keys()]


def interval(chance: Random, above: Sequence[Rounds], below: Sequence[Rounds]) -> Interval:
    """Of the product of the medians `above`, divided by the product of those `below`."""
    drawn = sorted(_quotient(chance, above, below) for _ in range(RESAMPLES))
    margin = (1 - CONFIDENCE) / 2
    return Interval(percentile(drawn, margin), percentile(drawn, 1 - margin))


def _change(scenario: str, old: Mapping[str, Any], new: Mapping[str, Any], chance: Random) -> Change:
    before, after = old["measured"], new["measured"]
    mine = [after["rounds"]], [before["rounds"]]
    reference = next((name for name in REFERENCES if old.get(name) and new.get(name)), None)
    relative = None
    if reference is not None:
        above = [*mine[0], old[reference]["rounds"]]
        relative = interval(chance, above, [*mine[1], new[reference]["rounds"]])
    fewest = min(before["count"], after["count"])
    return Change(
        scenario, new["what"], new["unit"], before["p50"], after["p50"], interval(chance, *mine), relative, fewest
    )


def _quotient(chance: Random, above: Sequence[Rounds], below: Sequence[Rounds]) -> float:
    result = 1.0
    for rounds in above:
        result *= _drawn_median(chance, rounds)
    for rounds in below:
        result /= _drawn_median(chance, rounds)
    return result


def _drawn_median(chance: Random, rounds: Rounds) -> float:
    drawn: list[float] = []
    for samples in chance.choices(rounds, k=len(rounds)):
        drawn += chance.choices(samples, k=min(len(samples), MOST_OF_A_ROUND))
    return median(drawn)


def _rows(outcome: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(scenario, row["what"]): row for scenario, found in outcome["scenarios"].items() for row in found["rows"]}
