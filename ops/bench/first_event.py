"""`first-event`: from a submit to the call's first event on a stream that is open already, to `running`, to the end."""

import json
import time
from collections.abc import Iterator
from contextlib import closing

from ops.bench.companion import Companion
from ops.bench.figures import MILLISECONDS, Row, Spread, milliseconds
from ops.bench.lab import Lab, Measured, state_of
from ops.bench.wire import Door
from ops.bench.workload import submit_body, submit_path
from ops.errors import OpsError

STEPS = {
    "answer": "submit → answered",
    "first": "submit → first event",
    "running": "submit → running",
    "succeeded": "submit → final",
}


class FirstEvent:
    """Calls of one app, one after another, each in a message of its own."""

    def __init__(self, lab: Lab, watch: Companion, door: Door, app: str) -> None:
        self._lab = lab
        self._watch = watch
        self._door = door
        self._app = app
        self._number = 0
        self.state_bytes = 0

    def run(self, count: int) -> Iterator[dict[str, float]]:
        """For each call, the milliseconds from its submit to each of the steps."""
        for _ in range(count):
            begun, steps = self._one()
            yield dict(zip(steps, milliseconds(at - begun for at in steps.values()), strict=True))

    def _one(self) -> tuple[int, dict[str, int]]:
        self._number += 1
        path, body = submit_path(self._app, f"m{self._number}"), submit_body(range(self._number, self._number + 1))
        self._watch.ask({"until": "final", "count": 1})
        begun = time.monotonic_ns()
        self._door.send("POST", path, body)
        answer = self._door.answer()
        answered = time.monotonic_ns()
        self.state_bytes = len(json.dumps(state_of(answer), separators=(",", ":")))
        return begun, {"answer": answered} | self._told(f"call_{self._number}")

    def _told(self, call: str) -> dict[str, int]:
        marks = [(at, status) for at, id_, status, _ in self._lab.report(self._watch)["marks"] if id_ == call]
        first = {status: at for at, status in reversed(marks)}
        if "succeeded" not in first:
            raise OpsError(f"{call} ended as {marks[-1][1]}; a benchmark of failures says nothing")
        return {"first": marks[0][0], "running": first.get("running", marks[-1][0]), "succeeded": first["succeeded"]}


def measure(lab: Lab) -> Measured:
    """Calls on an idle stack, one at a time."""
    size, app = lab.size, lab.new_app()
    samples: list[dict[str, float]] = []
    limit: list[float] = []
    with lab.watch([app]) as watch, closing(lab.door()) as door:
        calls = FirstEvent(lab, watch, door, app)
        list(calls.run(size.warm_up))
        meter = lab.meter(watch)
        for _ in range(size.rounds):
            with meter.running():
                samples += calls.run(size.calls)
            limit += lab.limit.latency(size.calls, calls.state_bytes, size.events_each_second)
    bare = Spread.of(limit)
    rows = [
        Row(what, MILLISECONDS, Spread.of(sample[step] for sample in samples), bare) for step, what in STEPS.items()
    ]
    return Measured(rows, meter.cost, len(samples), {"payload_bytes": calls.state_bytes})
