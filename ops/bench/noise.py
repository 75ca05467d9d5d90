"""A busy stack: calls that compute in the other slots, and events that flow to a reader all the time."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from ops.bench.companion import Companion
from ops.bench.lab import Lab
from ops.bench.wire import Door
from ops.bench.workload import COMPUTING, call_path, submit_path, turn_body
from ops.errors import OpsError

EACH_SECOND = 1000
POLL_SECONDS = 0.05


class Noise:
    """Events that flow; `rate` is how many a second have arrived since it began."""

    def __init__(self, lab: Lab, tally: Companion) -> None:
        self._lab = lab
        self._tally = tally
        self._count()
        self._begun = time.monotonic()

    def rate(self) -> float:
        return self._count() / (time.monotonic() - self._begun)

    def _count(self) -> int:
        """How many came since the last time."""
        self._tally.ask({"until": "any", "count": 1})
        events: int = self._lab.report(self._tally)["events"]
        return events


@contextmanager
def busy(lab: Lab) -> Iterator[Noise]:
    """One slot is left for what is measured."""
    app = lab.new_app()
    apps = [lab.new_app() for _ in range(lab.workers - 1)]
    task = {"url": lab.stack.redis_url, "app": app, "each_second": EACH_SECOND}
    publisher = Companion("publisher", task)
    lab.roster.add_client(publisher.pid)
    with lab.watch([app], tally=True) as tally, _computing(lab, apps), publisher:
        yield Noise(lab, tally)


def wait_for(door: Door, path: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The call at a path, once it is as wanted. Raises OpsError when it ends otherwise."""
    while True:
        door.send("GET", path)
        call: dict[str, Any] = json.loads(door.answer())
        if condition(call):
            return call
        if call["status"] == "failed":
            raise OpsError(f"{path} failed: {call['error']['detail']}")
        time.sleep(POLL_SECONDS)


@contextmanager
def _computing(lab: Lab, apps: list[str]) -> Iterator[None]:
    """A call of each of these apps, each in a slot of its own."""
    with closing(lab.door()) as door:
        for app in apps:
            door.send("POST", submit_path(app, "m1"), turn_body(1, COMPUTING))
            door.answer()
            wait_for(door, call_path(app, 1), lambda call: call["stage"] == "working")
    yield
    with closing(lab.door()) as door:
        for app in apps:
            door.send("POST", f"{call_path(app, 1)}/cancel")
            door.answer()
            wait_for(door, call_path(app, 1), lambda call: call["status"] == "cancelled")
