"""`first-event`: from a submit to the call's first event on a stream that is open already, to `running`, to the end."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from ops.bench.companion import Companion
from ops.bench.figures import MILLISECONDS, Row, Spread, milliseconds
from ops.bench.lab import Lab, Measured
from ops.bench.side import Side
from ops.bench.wire import Door
from ops.errors import OpsError

PAYLOAD_BYTES = 700
STEPS = {
    "answer": "submit → answered",
    "first": "submit → first event",
    "running": "submit → running",
    "succeeded": "submit → final",
}


class FirstEvent:
    """Calls of one app of a side, one after another. `rounds` are the milliseconds from each submit to each of the steps."""

    def __init__(self, side: Side, watch: Companion, app: str) -> None:
        self.meter = side.meter()
        self.rounds: list[list[dict[str, float]]] = []
        self._side = side
        self._watch = watch
        self._app = app
        self._number = 0
        self._events = 0

    def warm_up(self, count: int) -> None:
        list(self._run(count))
        self._events = 0

    def measure(self, count: int) -> None:
        with self.meter.running():
            self.rounds.append(list(self._run(count)))

    def spread(self, step: str) -> Spread:
        return Spread.of_rounds([steps[step] for steps in samples] for samples in self.rounds)

    @property
    def calls(self) -> int:
        return sum(map(len, self.rounds))

    @property
    def events_each(self) -> float:
        """How many events of a call came, on average."""
        return round(self._events / self.calls, 2)

    def _run(self, count: int) -> Iterator[dict[str, float]]:
        with closing(self._side.door()) as door:  # for one round only: what is idle for some time is closed
            for _ in range(count):
                begun, steps = self._one(door)
                yield dict(zip(steps, milliseconds(at - begun for at in steps.values()), strict=True))

    def _one(self, door: Door) -> tuple[int, dict[str, int]]:
        self._number += 1
        path, body = self._side.request(self._app, self._number)
        self._watch.ask({"until": "final", "count": 1})
        begun = time.monotonic_ns()
        door.send("POST", path, body)
        door.answer()
        answered = time.monotonic_ns()
        return begun, {"answer": answered} | self._told(f"call_{self._number}")

    def _told(self, call: str) -> dict[str, int]:
        marks = [(at, status) for at, id_, status, _ in self._side.report(self._watch)["marks"] if id_ == call]
        first = {status: at for at, status in reversed(marks)}
        if "succeeded" not in first:
            raise OpsError(f"{call} ended as {marks[-1][1]}; a benchmark of failures says nothing")
        self._events += len(marks)
        return {"first": marks[0][0], "running": first.get("running", marks[-1][0]), "succeeded": first["succeeded"]}


@contextmanager
def one_by_one(side: Side) -> Iterator[FirstEvent]:
    """Calls of an app of their own, whose stream is open."""
    app = side.new_app()
    with side.watch([app]) as watch:
        calls = FirstEvent(side, watch, app)
        calls.warm_up(side.size.warm_up)
        yield calls


def measure(lab: Lab) -> Measured:
    """Calls of four stages on an idle stack and on the idle baseline, in turns, one call at a time."""
    size = lab.size
    limit: list[list[float]] = []
    with ExitStack() as kept:
        mine, theirs = (kept.enter_context(one_by_one(side)) for side in (lab, lab.baseline))
        for _ in range(size.rounds):
            for calls in (mine, theirs):
                calls.measure(size.calls)
            limit.append(lab.limit.latency(size.calls, PAYLOAD_BYTES, size.events_each_second))
    bare = Spread.of_rounds(limit)
    rows = [Row(what, MILLISECONDS, mine.spread(step), bare, theirs.spread(step)) for step, what in STEPS.items()]
    facts = {
        "payload_bytes": PAYLOAD_BYTES,
        "events_per_call": {side: calls.events_each for side, calls in ((lab.name, mine), (lab.baseline.name, theirs))},
    }
    return Measured(
        rows, mine.meter.cost, mine.calls, facts, beside={lab.baseline.name: (theirs.meter.cost, theirs.calls)}
    )
