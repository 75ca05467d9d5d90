"""`delivery`: from before a worker publishes an event until a client of a real gateway has received it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import orjson

from models.events import Entry, subject_of
from ops.bench.bare import bare_stream
from ops.bench.companion import Companion
from ops.bench.figures import MILLISECONDS, Row, Spread, milliseconds
from ops.bench.lab import Lab, Measured, state_of
from ops.bench.pace import Pace
from ops.bench.side import Side

Send = Callable[[bytes, int], None]


class Publishing:
    """Moves of a call, told by no worker, on their way to one watcher. `send` takes a state and its version.

    Moves, because a newer progress may replace an older.
    """

    def __init__(self, side: Side, watch: Companion, state: dict[str, Any], send: Send) -> None:
        self.rounds: list[list[float]] = []
        self.payload_bytes = 0
        self._side = side
        self._watch = watch
        self._send = send
        self._state = state | {"status": "running"}
        self._version = state["version"] + 1000

    def warm_up(self, count: int) -> None:
        self._run(count)

    def measure(self, count: int) -> None:
        self.rounds.append(self._run(count))

    @property
    def spread(self) -> Spread:
        return Spread.of_rounds(self.rounds)

    def _run(self, count: int) -> list[float]:
        """Publish at the pace of the run; milliseconds from before each publish until it was received."""
        self._watch.ask({"until": "noted", "count": count})
        sent = dict(self._publish(count))
        received = {note: at for at, _, _, note in self._side.report(self._watch)["marks"] if note}
        return milliseconds(received[note] - at for note, at in sent.items())

    def _publish(self, count: int) -> Iterator[tuple[str, int]]:
        for _ in Pace(self._side.size.events_each_second).ticks(count):
            self._version += 1
            data = orjson.dumps(self._state | {"version": self._version, "detail": {"note": str(self._version)}})
            self.payload_bytes = len(data)
            at = time.monotonic_ns()
            self._send(data, self._version)
            yield str(self._version), at


@contextmanager
def publishing(lab: Lab) -> Iterator[tuple[Publishing, Publishing, Publishing]]:
    """On the stack, on the baseline, and through the least that streams; the same states everywhere, all of it warm."""
    app, other = lab.new_app(), lab.baseline.new_app()
    with ExitStack() as kept:
        mine = kept.enter_context(lab.watch([app]))
        theirs = kept.enter_context(lab.baseline.watch([other]))
        bare = kept.enter_context(bare_stream(lab))
        state = finished_call(lab, mine, app)
        ways = (
            Publishing(lab, mine, state, _logging(lab, state)),
            Publishing(lab, theirs, state, lab.baseline.sender(other)),
            Publishing(lab, bare.watch, state, bare.send),
        )
        for way in ways:
            way.warm_up(lab.size.warm_up)
        yield ways


def finished_call(lab: Lab, watch: Companion, app: str) -> dict[str, Any]:
    """The state of a real call that has come to its end."""
    watch.ask({"until": "final", "count": 1})
    with closing(lab.door()) as door:
        door.send("POST", *lab.request(app, 1))
        state = state_of(door.answer())
    lab.report(watch)
    return state


def measure(lab: Lab) -> Measured:
    """Events of one app on an idle stack, at an even pace, in turns with the baseline and the least that streams."""
    meter = lab.meter()
    with publishing(lab) as (mine, theirs, bare):
        for _ in range(lab.size.rounds):
            with meter.running():
                mine.measure(lab.size.events)
            theirs.measure(lab.size.events)
            bare.measure(lab.size.events)
    facts = {"payload_bytes": mine.payload_bytes, "events_per_second": lab.size.events_each_second}
    row = Row("emit → received", MILLISECONDS, mine.spread, bare.spread, theirs.spread)
    return Measured([row], meter.cost, facts=facts)


def _logging(lab: Lab, state: dict[str, Any]) -> Send:
    log, subject = lab.event_log(), subject_of(state["message_id"], state["id"])

    def send(data: bytes, version: int) -> None:
        log.append([Entry(state["app_id"], "tool_call", state["message_id"], data, subject, version)])

    return send
