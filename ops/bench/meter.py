"""Measures what a stretch of work costs: CPU time by program, and how busy the client was."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ops.bench.processes import ASIDE, CLIENT, running, seconds_by_name


@dataclass(frozen=True)
class Reading:
    """The clock, and CPU seconds by program where they can be known."""

    at: float
    seconds: dict[str, float] | None


@dataclass(frozen=True)
class Cost:
    """What passed between two readings: seconds of the clock, and of CPU by program."""

    elapsed: float
    seconds: dict[str, float] | None

    @classmethod
    def between(cls, before: Reading, after: Reading) -> "Cost":
        elapsed = after.at - before.at
        if before.seconds is None or after.seconds is None:
            return cls(elapsed, None)
        return cls(elapsed, {name: spent - before.seconds.get(name, 0.0) for name, spent in after.seconds.items()})

    def __add__(self, other: "Cost") -> "Cost":
        if self.seconds is None or other.seconds is None:
            return Cost(self.elapsed + other.elapsed, None)
        names = self.seconds.keys() | other.seconds.keys()
        both = {name: self.seconds.get(name, 0.0) + other.seconds.get(name, 0.0) for name in sorted(names)}
        return Cost(self.elapsed + other.elapsed, both)

    @property
    def client_cores(self) -> float | None:
        """How much of one core the client used; one near 1 may itself be what was measured."""
        return None if self.seconds is None else round(self.seconds[CLIENT] / self.elapsed, 3)

    @property
    def aside_cores(self) -> float | None:
        """How much of one core went to what stood aside meanwhile."""
        return None if self.seconds is None else round(self.seconds.get(ASIDE, 0.0) / self.elapsed, 3)

    def ms_per(self, count: int) -> dict[str, float] | None:
        """CPU milliseconds for each of `count`, by program and in total, without the client's and what stood aside."""
        if self.seconds is None:
            return None
        each = {name: 1000 * spent / count for name, spent in self.seconds.items() if name not in (CLIENT, ASIDE)}
        each["total"] = sum(each.values())
        return {name: round(spent, 2) for name, spent in each.items()}


class Meter:
    """Knows what the stretches of work cost that it is told of: `laps`, in their order."""

    def __init__(self, names: Callable[[], Mapping[int, str]], rest: str) -> None:
        """`names` are the main processes of programs, the client's among them; the others' time counts as `rest`."""
        self._names = names
        self._rest = rest
        self.laps: list[Cost] = []

    @property
    def cost(self) -> Cost:
        """Of all stretches together."""
        return sum(self.laps, Cost(0.0, {}))

    @contextmanager
    def running(self) -> Iterator[None]:
        """A stretch of work that counts."""
        before = self._read()
        yield
        self.laps.append(Cost.between(before, self._read()))

    def _read(self) -> Reading:
        processes = running()
        if processes is None:
            return Reading(time.monotonic(), None)
        return Reading(time.monotonic(), seconds_by_name(processes, self._names(), os.getpid(), self._rest))
