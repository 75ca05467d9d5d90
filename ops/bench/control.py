"""`control`: from before a pause, resume or cancel is sent until its answer, and until the stream says that it holds."""

import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import NamedTuple

from ops.bench.commit import commit_times
from ops.bench.companion import Companion
from ops.bench.figures import MILLISECONDS, NANOSECONDS_PER_MS, Row, Spread
from ops.bench.lab import Lab, Measured
from ops.bench.noise import busy, wait_for
from ops.bench.wire import Door
from ops.bench.workload import COMPUTING, WAITING, call_path, submit_path, turn_body
from ops.errors import OpsError

TURNS = {"pause": "paused", "resume": "running", "cancel": "cancelled"}
PAYLOAD_BYTES = 700
ROUND_TRIPS = 5


class Took(NamedTuple):
    """Milliseconds from before a control was sent until its 202, and until the stream said so."""

    control: str
    acknowledged: float
    effective: float


@dataclass
class Found:
    """What was measured while the stack was in one state."""

    state: str
    took: list[Took] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        bare = Spread.of(self.limit)
        for control in TURNS:
            mine = [took for took in self.took if took.control == control]
            for when in ("acknowledged", "effective"):
                spread = Spread.of(getattr(took, when) for took in mine)
                yield Row(f"{control} → {when}, {self.state}", MILLISECONDS, spread, bare)


class Steering:
    """Calls of one app, one after another: each is paused and resumed while it runs, then cancelled."""

    def __init__(self, watch: Companion, lab: Lab, app: str) -> None:
        self._watch = watch
        self._lab = lab
        self._app = app
        self._number = 0

    def run(self, door: Door, count: int, manner: str) -> Iterator[Took]:
        for _ in range(count):
            self._number += 1
            self._start(door, manner)
            for control, status in TURNS.items():
                yield self._steer(door, control, status)

    def _start(self, door: Door, manner: str) -> None:
        """Return when the call's long stage has said that it has begun."""
        self._watch.ask({"until": "noted", "count": 1})
        door.send("POST", submit_path(self._app, "m1"), turn_body(self._number, manner))
        door.answer()
        self._lab.report(self._watch)

    def _steer(self, door: Door, control: str, status: str) -> Took:
        self._watch.ask({"until": status, "count": 1})
        begun = time.monotonic_ns()
        door.send("POST", f"{call_path(self._app, self._number)}/{control}")
        door.answer()
        acknowledged = time.monotonic_ns()
        told = [at for at, _, found, _ in self._lab.report(self._watch)["marks"] if found == status and at > begun]
        if not told:
            raise OpsError(f"the stream said {status} before {control} was asked for")
        return Took(control, (acknowledged - begun) / NANOSECONDS_PER_MS, (told[0] - begun) / NANOSECONDS_PER_MS)


def measure(lab: Lab) -> Measured:
    """On an idle stack, and on one whose slots are all busy while events flow; beside bare Redis and a bare commit."""
    size, app = lab.size, lab.new_app()
    idle, loaded, flowing = Found("idle"), Found("loaded"), 0.0
    with lab.watch([app]) as watch:
        steering, meter = Steering(watch, lab, app), lab.meter()
        for found, surroundings, manner in ((idle, nullcontext(), WAITING), (loaded, busy(lab), COMPUTING)):
            with surroundings as noise, closing(lab.door()) as door:
                list(steering.run(door, size.warm_up, manner))
                for _ in range(size.rounds):
                    with meter.running():
                        found.took += steering.run(door, size.steered, manner)
                    found.limit += lab.limit.latency(size.events, PAYLOAD_BYTES, size.events_each_second)
                flowing = noise.rate() if noise else 0.0
    commits = Spread.of(commit_times(lab.stack.database_url, app, size.commits))
    bare = Spread.of(idle.limit)
    facts = {
        "payload_bytes": PAYLOAD_BYTES,
        "events_per_second": round(flowing),
        "aim_ms": round(ROUND_TRIPS * bare.p50 + commits.p50, 3),
        "checkpoint_ns": round(_checkpoint_ns(lab), 1),
    }
    rows = [*idle.rows(), *loaded.rows(), Row("a bare commit", MILLISECONDS, commits, bare)]
    return Measured(rows, meter.cost, facts=facts)


def _checkpoint_ns(lab: Lab) -> float:
    """Nanoseconds of a checkpoint that finds nothing, as a worker measured it within a stage."""
    app = lab.new_app()
    with closing(lab.door()) as door:
        door.send("POST", submit_path(app, "m1"), turn_body(1, WAITING, seconds=0.01))
        door.answer()
        state = wait_for(door, call_path(app, 1), lambda call: call["status"] == "succeeded")
    cost: float = state["result"]["checkpoint_ns"]
    return cost
