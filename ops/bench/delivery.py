"""`delivery`: from before a worker publishes an event until a client of a real gateway has received it."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson

from models.events import Entry, subject_of
from ops.bench.companion import Companion
from ops.bench.figures import MILLISECONDS, Row, Spread, milliseconds
from ops.bench.lab import Lab, Measured, state_of
from ops.bench.pace import Pace


def finished_call(lab: Lab, watch: Companion, app: str) -> dict[str, Any]:
    """The state of a real call that has come to its end."""
    watch.ask({"until": "final", "count": 1})
    with closing(lab.door()) as door:
        door.send("POST", *lab.request(app, 1))
        state = state_of(door.answer())
    lab.report(watch)
    return state


class Publishing:
    """Further moves of a call that has ended, told by no worker. Moves, because a newer progress may replace an older."""

    def __init__(self, lab: Lab, watch: Companion, state: dict[str, Any]) -> None:
        self._lab = lab
        self._watch = watch
        self._log = lab.event_log()
        self._state = state | {"status": "running", "stage": state["stages"][-1]}
        self._version = state["version"] + 1000
        self.payload_bytes = 0

    def run(self, count: int) -> list[float]:
        """Publish at the pace of the run; milliseconds from before each publish until it was received."""
        self._watch.ask({"until": "noted", "count": count})
        sent = dict(self._publish(count))
        received = {note: at for at, _, _, note in self._lab.report(self._watch)["marks"] if note}
        return milliseconds(received[note] - at for note, at in sent.items())

    def _publish(self, count: int) -> Iterator[tuple[str, int]]:
        for _ in Pace(self._lab.size.events_each_second).ticks(count):
            self._version += 1
            entry = self._entry()
            at = time.monotonic_ns()
            self._log.append([entry])
            yield str(self._version), at

    def _entry(self) -> Entry:
        state = self._state | {"version": self._version, "detail": {"note": str(self._version)}}
        data = orjson.dumps(state)
        self.payload_bytes = len(data)
        subject = subject_of(state["message_id"], state["id"])
        return Entry(state["app_id"], "tool_call", state["message_id"], data, subject, self._version)


def measure(lab: Lab) -> Measured:
    """Events of one app on an idle stack, at an even pace."""
    size, app = lab.size, lab.new_app()
    samples: list[float] = []
    limit: list[float] = []
    with lab.watch([app]) as watch:
        publishing = Publishing(lab, watch, finished_call(lab, watch, app))
        publishing.run(size.warm_up)
        meter = lab.meter()
        for _ in range(size.rounds):
            with meter.running():
                samples += publishing.run(size.events)
            limit += lab.limit.latency(size.events, publishing.payload_bytes, size.events_each_second)
    facts = {"payload_bytes": publishing.payload_bytes, "events_per_second": size.events_each_second}
    return Measured(
        [Row("emit → received", MILLISECONDS, Spread.of(samples), Spread.of(limit))], meter.cost, facts=facts
    )
