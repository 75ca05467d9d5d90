"""`calls`: how many calls a second the stack does when there is always more to do."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

from ops.bench.companion import Companion
from ops.bench.figures import PER_SECOND, Row, Spread, per_second
from ops.bench.lab import Lab, Measured
from ops.bench.wire import Door
from ops.bench.workload import submit_body, submit_path
from ops.errors import OpsError

PAYLOAD_BYTES = 700
LIMIT_MESSAGES = 5


class Flood:
    """Calls of many apps at once, submitted in batches on a connection for each app."""

    def __init__(self, lab: Lab, watch: Companion, apps: Sequence[str]) -> None:
        self._lab = lab
        self._watch = watch
        self._apps = apps
        self._number = 0

    def run(self, calls: int) -> int:
        """Nanoseconds from the first submit until the stream told the last call's end."""
        self._watch.ask({"until": "final", "count": calls})
        with ExitStack() as kept:  # for one flood only: the gateway closes what is idle for some seconds
            doors = [kept.enter_context(closing(self._lab.door())) for _ in self._apps]
            begun = time.monotonic_ns()
            for size in batches(calls // len(self._apps), self._lab.size.flood_batch):
                self._submit(doors, size)
        return self._last_success(calls) - begun

    def _submit(self, doors: Sequence[Door], size: int) -> None:
        """A batch for each app; all are sent before the first answer is read."""
        numbers = range(self._number, self._number + size)
        self._number += size
        body = submit_body(numbers)
        for app, door in zip(self._apps, doors, strict=True):
            door.send("POST", submit_path(app, f"m{numbers.start}"), body)
        for door in doors:
            door.answer()

    def _last_success(self, calls: int) -> int:
        ends: list[int] = [at for at, _, status, _ in self._lab.report(self._watch)["marks"] if status == "succeeded"]
        if len(ends) != calls:
            raise OpsError(f"{len(ends)} of {calls} calls succeeded; a benchmark of failures says nothing")
        return max(ends)


def batches(total: int, most: int) -> Iterator[int]:
    """The sizes of the batches that make up a total."""
    while total > 0:
        yield min(total, most)
        total -= most


def measure(lab: Lab) -> Measured:
    """Floods of calls, each until the last one is done."""
    size, apps = lab.size, [lab.new_app() for _ in range(lab.size.flood_apps)]
    calls = size.flood_calls - size.flood_calls % size.flood_apps
    rates: list[float] = []
    limit: list[float] = []
    with lab.watch(apps) as watch:
        flood = Flood(lab, watch, apps)
        flood.run(size.flood_apps * size.flood_batch)
        meter = lab.meter(watch)
        for _ in range(size.flood_rounds):
            with meter.running():
                rates.append(per_second(calls, flood.run(calls)))
            limit.append(lab.limit.rate(LIMIT_MESSAGES * calls, PAYLOAD_BYTES))
    row = Row("calls", PER_SECOND, Spread.of(rates), Spread.of(limit))
    facts = {"payload_bytes": PAYLOAD_BYTES, "calls_per_round": calls, "apps": len(apps)}
    return Measured([row], meter.cost, calls * size.flood_rounds, facts)
