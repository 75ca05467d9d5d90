"""`calls`: how many calls a second a side does when there is always more to do."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from ops.bench.companion import Companion
from ops.bench.figures import PER_SECOND, Row, Spread, per_second
from ops.bench.lab import Lab, Measured
from ops.bench.side import Side
from ops.errors import OpsError

PAYLOAD_BYTES = 700
LIMIT_MESSAGES = 2000
# What may be left out or put together, and what it is called in the table.
VARIANTS = {
    "without task events": {"TOOLREEL_TASK_EVENTS": "false"},
    "links shared": {"TOOLREEL_SHARE_LINKS": "true"},
    "links shared, without task events": {"TOOLREEL_SHARE_LINKS": "true", "TOOLREEL_TASK_EVENTS": "false"},
}


class Flood:
    """Calls of many apps of a side at once, each submitted by itself, on a connection for each app."""

    def __init__(self, side: Side, watch: Companion, apps: list[str]) -> None:
        self.meter = side.meter()
        self.rates: list[float] = []
        self.calls = 0
        self.events = 0
        self._side = side
        self._watch = watch
        self._apps = apps
        self._number = 0
        self._each = side.size.flood_least

    def warm_up(self) -> None:
        """One flood to get everything going, and one that says how many calls a round of the wanted length has."""
        self._run(self._each)
        size = self._side.size
        rate = self._run(self._each) / len(self._apps)
        self._each = round(min(max(rate * size.flood_seconds, size.flood_least), size.flood_most))
        self.events = 0

    def measure(self) -> None:
        with self.meter.running():
            self.rates.append(self._run(self._each))
        self.calls += self._each * len(self._apps)

    @property
    def spread(self) -> Spread:
        return Spread.of_rounds([rate] for rate in self.rates)

    def _run(self, each: int) -> float:
        """So many calls of each app; calls a second from the first submit until the stream told the last call's end."""
        calls = each * len(self._apps)
        self._watch.ask({"until": "final", "count": calls})
        with ExitStack() as kept:  # for one flood only: the gateway closes what is idle for some seconds
            doors = [kept.enter_context(closing(self._side.door())) for _ in self._apps]
            begun = time.monotonic_ns()
            for _ in range(each):
                self._number += 1
                for app, door in zip(self._apps, doors, strict=True):
                    door.send("POST", *self._side.request(app, self._number))
                for door in doors:
                    door.answer()
        return per_second(calls, self._last_success(calls) - begun)

    def _last_success(self, calls: int) -> int:
        marks = self._side.report(self._watch)["marks"]
        self.events += len(marks)
        ends: list[int] = [at for at, _, status, _ in marks if status == "succeeded"]
        if len(ends) != calls:
            raise OpsError(f"{len(ends)} of {calls} calls succeeded; a benchmark of failures says nothing")
        return max(ends)


@contextmanager
def flooding(side: Side) -> Iterator[Flood]:
    """Floods over new apps of a side, ready to be measured."""
    apps = [side.new_app() for _ in range(side.size.flood_apps)]
    with side.watch(apps) as watch:
        flood = Flood(side, watch, apps)
        flood.warm_up()
        yield flood


def measure(lab: Lab) -> Measured:
    """Floods of calls, each until the last one is done: the stack, its variants and the baseline in turns."""
    limit: list[float] = []
    with ExitStack() as kept:
        chosen = list(VARIANTS.items())[: lab.size.flood_variants]
        variants = [kept.enter_context(lab.variant(name, settings)) for name, settings in chosen]
        floods = {side.name: kept.enter_context(flooding(side)) for side in (lab, *variants, lab.baseline)}
        for _ in range(lab.size.flood_rounds):
            for flood in floods.values():
                flood.measure()
            limit.append(lab.limit.rate(LIMIT_MESSAGES, PAYLOAD_BYTES))
    mine, theirs = floods.pop(lab.name), floods.pop(lab.baseline.name)
    bare = Spread.of_rounds([rate] for rate in limit)
    rows = [Row("calls", PER_SECOND, mine.spread, bare, theirs.spread)]
    rows += [Row(f"calls, {name}", PER_SECOND, flood.spread, bare, theirs.spread) for name, flood in floods.items()]
    beside = {**floods, lab.baseline.name: theirs}
    facts = {
        "payload_bytes": PAYLOAD_BYTES,
        "apps": lab.size.flood_apps,
        "events_per_call": {
            name: round(flood.events / flood.calls, 2) for name, flood in {lab.name: mine, **beside}.items()
        },
    }
    costs = {name: (flood.meter.cost, flood.calls) for name, flood in beside.items()}
    return Measured(rows, mine.meter.cost, mine.calls, facts, costs)
