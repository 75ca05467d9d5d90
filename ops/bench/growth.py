"""`growth`: whether calls take longer, or fewer are done, when much is there already; beside an empty store."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager

from models.events import Entry
from ops.bench.figures import MILLISECONDS, PER_SECOND, Row
from ops.bench.fill import fill
from ops.bench.first_event import STEPS, FirstEvent, one_by_one
from ops.bench.lab import Lab, Measured
from ops.bench.noise import wait_for
from ops.bench.saturation import Flood, flooding
from ops.bench.side import PAYLOAD
from ops.bench.workload import call_path, unserved

EMPTY = "an empty store"
TEMPLATE = "template"
SHOWN = ("first", "succeeded")
BATCH = 100


class Grown:
    """A stack in which much is, and what it does."""

    def __init__(self, name: str, idle: FirstEvent, flood: Flood) -> None:
        self.name = name
        self.idle = idle
        self.flood = flood

    def rows(self, empty: "Grown") -> Iterator[Row]:
        for step in SHOWN:
            what = f"{STEPS[step]}, {self.name}"
            yield Row(what, MILLISECONDS, self.idle.spread(step), empty=empty.idle.spread(step))
        yield Row(f"calls, {self.name}", PER_SECOND, self.flood.spread, empty=empty.flood.spread)


def measure(lab: Lab) -> Measured:
    """Each is a stack of its own, with what it holds; they take turns with one that is empty."""
    with ExitStack() as kept:
        kinds = list(_kinds(lab).items())[: 1 + lab.size.growth_kinds]
        empty, *grown = [kept.enter_context(_grown(lab, name, grow)) for name, grow in kinds]
        for _ in range(lab.size.growth_rounds):
            for one in (empty, *grown):
                one.idle.measure(lab.size.growth_calls)
        for _ in range(lab.size.growth_rounds):
            for one in (empty, *grown):
                one.flood.measure()
    rows = [row for one in grown for row in one.rows(empty)]
    beside = {one.name: (one.flood.meter.cost, one.flood.calls) for one in grown}
    return Measured(rows, empty.flood.meter.cost, empty.flood.calls, beside=beside)


def _kinds(lab: Lab) -> dict[str, Callable[[Lab], AbstractContextManager[None]]]:
    size = lab.size
    return {
        EMPTY: _nothing,
        f"{size.finished_calls:,} finished calls": _finished,
        f"{size.queued_calls:,} queued calls": _queued,
        f"{size.apps:,} apps": _many_apps,
    }


@contextmanager
def _grown(lab: Lab, name: str, grow: Callable[[Lab], AbstractContextManager[None]]) -> Iterator[Grown]:
    with lab.variant(name, {}) as other, grow(other), one_by_one(other) as idle, flooding(other) as flood:
        yield Grown(name, idle, flood)


@contextmanager
def _nothing(lab: Lab) -> Iterator[None]:
    yield


@contextmanager
def _finished(lab: Lab) -> Iterator[None]:
    """In some apps, among them those that are measured."""
    _finish_one(lab)
    apps = lab.size.grown_apps
    fill(lab.stack.database_url, TEMPLATE, calls=lab.size.finished_calls, prefix=lab.prefix, apps=apps)
    yield


@contextmanager
def _queued(lab: Lab) -> Iterator[None]:
    """On a queue that no worker takes from, in some apps, among them those that are measured."""
    each = lab.size.queued_calls // lab.size.grown_apps
    with closing(lab.door()) as door:
        for number in range(lab.size.grown_apps):
            for first in range(0, each, BATCH):
                door.send("POST", *unserved(f"{lab.prefix}{number}", range(first, min(first + BATCH, each))))
                door.answer()
    yield


@contextmanager
def _many_apps(lab: Lab) -> Iterator[None]:
    """Each with some finished calls, an event and a reader."""
    _finish_one(lab)
    fill(lab.stack.database_url, TEMPLATE, calls=10 * lab.size.apps, prefix="app-", apps=lab.size.apps)
    apps, log = [f"app-{number}" for number in range(lab.size.apps)], lab.event_log()
    with lab.watch(apps, tally=True):
        for app in apps:
            log.append([Entry(app, "log", "m1", PAYLOAD)])
        yield


def _finish_one(lab: Lab) -> None:
    """A real call of which others are copies."""
    with closing(lab.door()) as door:
        door.send("POST", *lab.request(TEMPLATE, 1))
        door.answer()
        wait_for(door, call_path(TEMPLATE, 1), lambda call: call["status"] == "succeeded")
