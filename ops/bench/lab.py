"""What every scenario works with: a running stack, the bare limit beside it, and who receives."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ops.bench.companion import Companion
from ops.bench.figures import Row
from ops.bench.limit import Limit
from ops.bench.meter import Cost, Meter
from ops.bench.size import Size
from ops.bench.wire import Door
from ops.local.stack import Stack


@dataclass(frozen=True)
class Measured:
    """What came of a scenario. Where calls ran, `calls` says how many the cost is for."""

    rows: list[Row]
    cost: Cost
    calls: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": [row.as_json() for row in self.rows],
            "client_cores": self.cost.client_cores,
            "cpu_ms_per_call": self.cost.ms_per(self.calls) if self.calls else None,
            **self.facts,
        }


class Lab:
    """One stack on which scenarios run one after another."""

    def __init__(self, stack: Stack, limit: Limit, size: Size) -> None:
        pids = {name: stack.pid(name) for name in stack.programs.names}
        self.stack = stack
        self.limit = limit
        self.size = size
        self._names = {pid: name for name, pid in pids.items() if pid}
        self._numbers = itertools.count()

    @property
    def workers(self) -> int:
        """Slots for calls."""
        return int(self.stack.environment["TOOLREEL_FILE_WORKERS"])

    def new_app(self) -> str:
        return f"bench-{next(self._numbers)}"

    def watch(self, apps: Sequence[str], *, tally: bool = False) -> Companion:
        """A process with a stream open for each of these apps; the same app may be named often."""
        paths = [f"/v1/apps/{app}/events" for app in apps]
        task = {"url": self.stack.url, "key": self.stack.key, "paths": paths, "tally": tally}
        return Companion("watcher", task | {"seconds": self.size.silence_seconds})

    def door(self) -> Door:
        return Door(self.stack.url, self.stack.key)

    def report(self, watch: Companion) -> dict[str, Any]:
        """What a watcher was asked for."""
        return watch.answer(self.size.wait_seconds)

    def meter(self, watch: Companion) -> Meter:
        """Reads what the stack's programs and the client spend while `watch` is the one who receives."""
        return Meter(self._names, (self.limit.pid, watch.pid))


def state_of(answer: bytes) -> dict[str, Any]:
    """The state of the one call in the answer to a submit."""
    state: dict[str, Any] = json.loads(answer)["tool_calls"][0]
    return state
