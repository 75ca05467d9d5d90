"""`stream`: how many events a relay hands out when many readers watch one app, how soon, and what each costs it."""

import itertools
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from ops.bench.companion import Companion
from ops.bench.figures import MILLISECONDS, NANOSECONDS_PER_MS, PER_SECOND, Row, Spread, per_second
from ops.bench.lab import Lab, Measured
from ops.bench.meter import Cost
from ops.bench.pace import Pace
from ops.bench.side import PAYLOAD, Side

GROUP = 50


class Readers:
    """Readers of one app of a side, for all of whom one process reads. Every single event must reach every one."""

    def __init__(self, side: Side, watch: Companion, app: str) -> None:
        self.floods = side.meter()
        self.paces = side.meter()
        self.rates: list[float] = []
        self.delays: list[list[float]] = []
        self._side = side
        self._watch = watch
        self._emit = side.emitter(app)
        self._events = side.size.stream_least

    def warm_up(self) -> None:
        """One flood to get everything going, which says how many events one of the wanted length has."""
        size = self._side.size
        rate = self._flood(self._events) / size.readers
        self._events = round(min(max(rate * size.stream_seconds, size.stream_least), size.stream_most))

    def flood(self) -> None:
        """Publish as fast as it goes, until the last reader has the last event."""
        with self.floods.running():
            self.rates.append(self._flood(self._events))

    def pace(self) -> None:
        """Publish one by one, at the pace of the run."""
        size = self._side.size
        with self.paces.running():
            self._watch.ask({"until": "any", "count": size.paced_events * size.readers, "arrivals": True})
            sent = [self._emit_one() for _ in Pace(size.deliveries_each_second / size.readers).ticks(size.paced_events)]
            arrivals = self._side.report(self._watch)["arrivals"]
        delays = ([there - here for there in came] for here, came in zip(sent, arrivals, strict=True))
        self.delays.append([delay / NANOSECONDS_PER_MS for delay in itertools.chain.from_iterable(delays)])

    def flooded_per_core(self) -> Spread | None:
        return self._per_core(self.floods.laps, self._events)

    def paced_per_core(self) -> Spread | None:
        return self._per_core(self.paces.laps, self._side.size.paced_events)

    def _flood(self, events: int) -> float:
        readers = self._side.size.readers
        self._watch.ask({"until": "any", "count": events * readers})
        begun = time.monotonic_ns()
        for group in batches(events, GROUP):
            self._emit(group)
        return per_second(events * readers, self._side.report(self._watch)["last"] - begun)

    def _emit_one(self) -> int:
        at = time.monotonic_ns()
        self._emit(1)
        return at

    def _per_core(self, laps: Iterable[Cost], events: int) -> Spread | None:
        """Events delivered for each second of the relay's CPU, which is known to the tick."""
        spent = [lap.seconds[self._side.relay] for lap in laps if lap.seconds is not None]
        tick = 1 / os.sysconf("SC_CLK_TCK")
        deliveries = events * self._side.size.readers
        return Spread.of_rounds([deliveries / max(seconds, tick)] for seconds in spent) if spent else None


@contextmanager
def reading(side: Side) -> Iterator[Readers]:
    app = side.new_app()
    with side.watch([app] * side.size.readers, tally=True) as watch:
        readers = Readers(side, watch, app)
        readers.warm_up()
        yield readers


def batches(total: int, most: int) -> Iterator[int]:
    """The sizes of the batches that make up a total."""
    while total > 0:
        yield min(total, most)
        total -= most


def measure(lab: Lab) -> Measured:
    """All readers of a side are on one relay; floods, then events at an even pace, each in turns."""
    size = lab.size
    with ExitStack() as kept:
        mine, theirs = (kept.enter_context(reading(side)) for side in (lab, lab.baseline))
        for _ in range(size.stream_rounds):
            mine.flood()
            theirs.flood()
        for _ in range(size.stream_rounds):
            mine.pace()
            theirs.pace()
    beside = f"{size.deliveries_each_second:,.0f} a second"
    facts = {"payload_bytes": len(PAYLOAD), "readers": size.readers}
    return Measured(
        [
            Row("events delivered", PER_SECOND, _rates(mine), baseline=_rates(theirs)),
            *_per_core("delivered per core, all at once", mine.flooded_per_core(), theirs.flooded_per_core()),
            *_per_core(f"delivered per core, {beside}", mine.paced_per_core(), theirs.paced_per_core()),
            Row(f"emit → received, {beside}", MILLISECONDS, _delays(mine), baseline=_delays(theirs)),
        ],
        mine.floods.cost,
        facts=facts,
        beside={
            lab.baseline.name: (theirs.floods.cost, 0),
            beside: (mine.paces.cost, 0),
            f"{beside}, {lab.baseline.name}": (theirs.paces.cost, 0),
        },
    )


def _per_core(what: str, mine: Spread | None, theirs: Spread | None) -> Iterator[Row]:
    if mine is not None:
        yield Row(what, PER_SECOND, mine, baseline=theirs)


def _rates(readers: Readers) -> Spread:
    return Spread.of_rounds([rate] for rate in readers.rates)


def _delays(readers: Readers) -> Spread:
    return Spread.of_rounds(readers.delays)
