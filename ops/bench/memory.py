"""`memory`: what an idle stream costs a relay, as the growth of its memory from some streams to more."""

from collections.abc import Iterator
from contextlib import contextmanager

from ops.bench.figures import KIB, Row, Spread
from ops.bench.lab import Lab, Measured
from ops.bench.processes import resident_kib
from ops.bench.side import Side
from ops.errors import OpsError


def measure(lab: Lab) -> Measured:
    """Streams of one app on which nothing happens, then more of them: on Toolreel of one app and of many, on the baseline."""
    size = lab.size
    meter = lab.meter()
    with meter.running():
        of_one = each_stream(lab, [lab.new_app()] * size.idle_more)
        of_many = each_stream(lab, [lab.new_app() for _ in range(size.idle_more)])
        theirs = each_stream(lab.baseline, [lab.baseline.new_app()] * size.idle_more)
    facts = {"streams": [size.idle_first, size.idle_first + size.idle_more]}
    rows = [
        Row("memory of an idle stream", KIB, of_one, baseline=theirs),
        Row("memory of an idle stream, each of an app of its own", KIB, of_many, baseline=theirs),
    ]
    return Measured(rows, meter.cost, facts=facts)


def each_stream(side: Side, apps: list[str]) -> Spread:
    """KiB of a new relay for each stream that is opened beside some that are open already. Raises OpsError without /proc."""
    side.restart_relay()  # memory that a process once had and freed is used again, and does not show
    with _open(side, [side.new_app()] * side.size.idle_first):
        before = _memory(side)
        with _open(side, apps):
            return Spread.of([(_memory(side) - before) / len(apps)])


@contextmanager
def _open(side: Side, apps: list[str]) -> Iterator[None]:
    with side.watch(apps, tally=True):
        yield


def _memory(side: Side) -> float:
    used = resident_kib(side.roster.pid(side.name, side.relay))
    if used is None:
        raise OpsError("memory is not known here: there is no /proc")
    return used
