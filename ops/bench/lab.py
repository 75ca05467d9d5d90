"""What every scenario works with: a running stack, the bare limit and the baseline beside it, and who receives."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from broker.connection import connect
from broker.log import EventLog
from models.events import Entry
from models.settings import Settings
from ops.bench.baseline.server import Baseline
from ops.bench.figures import Row
from ops.bench.limit import Limit
from ops.bench.meter import Cost
from ops.bench.roster import Roster
from ops.bench.side import PAYLOAD, Emit, Side
from ops.bench.size import Size
from ops.bench.workload import events_path, four_stages
from ops.local.stack import GATEWAY, Stack

TOOLREEL = "toolreel"
Variant = Callable[[str, Mapping[str, str]], AbstractContextManager["Lab"]]


@dataclass(frozen=True)
class Measured:
    """What came of a scenario. Where calls ran, `calls` says how many the cost is for.

    `beside` are the same costs of other sides, each with its own number of calls.
    """

    rows: list[Row]
    cost: Cost
    calls: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, tuple[Cost, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": [row.as_json() for row in self.rows],
            **_spent(self.cost, self.calls),
            "beside": {name: _spent(cost, calls) for name, (cost, calls) in self.beside.items()},
            **self.facts,
        }


class Lab(Side):
    """One stack on which scenarios run one after another, with what it is compared to.

    `variant` starts another stack with settings of its own beside it.
    """

    def __init__(
        self,
        stack: Stack,
        size: Size,
        roster: Roster,
        *,
        limit: Limit,
        baseline: Baseline,
        variant: Variant,
        name: str = TOOLREEL,
    ) -> None:
        super().__init__(
            name, stack.url, size, roster, stream=events_path, request=four_stages, relay=GATEWAY, key=stack.key
        )
        self.stack = stack
        self.limit = limit
        self.baseline = baseline
        self.variant = variant
        self._enter()

    def restart_relay(self) -> None:
        self.stack.hold(GATEWAY)
        self.stack.release(GATEWAY)
        self.stack.wait_until_ready()
        self._enter()

    def event_log(self) -> EventLog:
        """The writing end of the stack's events, as a worker has it."""
        settings = Settings(redis_url=self.stack.redis_url)
        return EventLog(connect(settings), settings)

    def emitter(self, app: str) -> Emit:
        log, entry = self.event_log(), Entry(app, "log", "m1", PAYLOAD)

        def emit(count: int) -> None:
            log.append([entry] * count)

        return emit

    @property
    def workers(self) -> int:
        """Slots for calls."""
        return int(self.stack.environment["TOOLREEL_FILE_WORKERS"])

    def _enter(self) -> None:
        pids = {self.stack.pid(program): program for program in self.stack.programs.names}
        self.roster.add(self.name, {pid: program for pid, program in pids.items() if pid})


def state_of(answer: bytes) -> dict[str, Any]:
    """The state of the one call in the answer to a submit."""
    state: dict[str, Any] = json.loads(answer)["tool_calls"][0]
    return state


def _spent(cost: Cost, calls: int) -> dict[str, Any]:
    return {
        "client_cores": cost.client_cores,
        "aside_cores": cost.aside_cores,
        "cpu_ms_per_call": cost.ms_per(calls) if calls else None,
    }
