"""`half-load`: what `delivery` measures, while calls come at half the rate at which a side is saturated."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ops.bench.companion import Companion
from ops.bench.delivery import publishing
from ops.bench.figures import MILLISECONDS, Row
from ops.bench.lab import Lab, Measured
from ops.bench.saturation import flooding
from ops.bench.side import Side


def measure(lab: Lab) -> Measured:
    """Each side beside calls of its own, at half of what it does at most; the least that streams beside nothing."""
    size = lab.size
    mine_half, theirs_half = half_of_saturation(lab), half_of_saturation(lab.baseline)
    meter, flowing = lab.meter(), []
    with publishing(lab) as (mine, theirs, bare):
        for _ in range(size.rounds):
            with under_load(lab, mine_half) as load, meter.running():
                mine.measure(size.events)
            flowing.append(load.rate)
            with under_load(lab.baseline, theirs_half):
                theirs.measure(size.events)
            bare.measure(size.events)
    row = Row("emit → received, at half of saturation", MILLISECONDS, mine.spread, bare.spread, theirs.spread)
    facts = {
        "payload_bytes": mine.payload_bytes,
        "calls_per_second": {lab.name: round(mine_half, 1), lab.baseline.name: round(theirs_half, 1)},
        "calls_done_per_second": round(sum(flowing) / len(flowing), 1),
    }
    return Measured([row], meter.cost, facts=facts)


def half_of_saturation(side: Side) -> float:
    """Calls a second: half of the median of some floods."""
    with flooding(side) as flood:
        for _ in range(side.size.load_floods):
            flood.measure()
        return flood.spread.p50 / 2


class Load:
    """Calls that are submitted by a process of their own; `rate` is how many a second came to their end, until the last did."""

    rate = 0.0


@contextmanager
def under_load(side: Side, each_second: float) -> Iterator[Load]:
    """From when the first of these calls has ended until all have."""
    apps, load = [side.new_app() for _ in range(side.size.flood_apps)], Load()
    task = {"side": side.name, "url": side.url, "key": side.key, "apps": apps, "each_second": each_second}
    with side.watch(apps) as watch:
        submitter = Companion("submitter", task)
        side.roster.add_client(submitter.pid)
        with submitter:
            begun = time.monotonic()
            ended = _wait_for_ends(side, watch, 1)
            yield load
            submitter.ask({})
            sent = int(submitter.answer(side.size.wait_seconds)["sent"])
            _wait_for_ends(side, watch, sent - ended)
            load.rate = sent / (time.monotonic() - begun)


def _wait_for_ends(side: Side, watch: Companion, count: int) -> int:
    """How many calls have ended, when it is at least so many."""
    watch.ask({"until": "final", "count": count})
    return sum(status == "succeeded" for _, _, status, _ in side.report(watch)["marks"])
