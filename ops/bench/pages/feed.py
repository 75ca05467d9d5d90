"""A process that publishes the progress of made-up calls at an even pace until it is killed: `python -m ops.bench.pages.feed`.

The first line of standard input says what: `{"url", "app", "calls", "each_second"}`. Every call goes through its stages and
then begins a new attempt, for ever; every event says when it was sent. A line more on standard input ends it, and it says
what the last word on each call was.
"""

import itertools
import json
import select
import sys
import time
from collections.abc import Iterator
from typing import Any

from broker.connection import connect
from broker.log import EventLog
from models.call import instant
from models.events import Entry
from models.settings import Settings
from ops.bench.pace import Pace

STAGES = ("analyzing", "writing", "validating")
ENDS = (10.0, 80.0, 100.0)
STEP = 0.25


class MadeUp:
    """A call that nobody runs."""

    def __init__(self, app: str, number: int) -> None:
        self.number = number
        self.state: dict[str, Any] = {
            "id": f"c{number}",
            "app_id": app,
            "message_id": "m1",
            "index": number,
            "name": "os-write",
            "status": "running",
            "stages": STAGES,
            "variant": "enhanced",
            "waiting_for": [],
            "origin": "client",
            "pausable": "anywhere",
            "title": f"Write src/part-{number}.tsx",
            "target": f"src/part-{number}.tsx",
            "paused_ms": 0,
            "next_attempt_at": None,
            "result": None,
            "error": None,
            "submitted_at": instant(time.time()),
            "started_at": instant(time.time()),
            "finished_at": None,
            "traceparent": None,
            "attempt": 1,
            "version": 1,
            "stage": STAGES[0],
            "progress": float(number % 9),
        }

    def step(self) -> Entry:
        """Its next event: a little progress, or where a stage is done, the next one."""
        stage = STAGES.index(self.state["stage"])
        if self.state["progress"] < ENDS[stage]:
            self.state["progress"] = min(ENDS[stage], self.state["progress"] + STEP)
            return self.told(live=True)
        last = stage == len(STAGES) - 1
        self.state["version"] += 1
        self.state["stage"] = STAGES[0 if last else stage + 1]
        if last:
            self.state |= {"attempt": self.state["attempt"] + 1, "progress": 0.0}
        return self.told(live=False)

    def told(self, *, live: bool) -> Entry:
        state = self.state
        detail = {"note": f"{state['progress']:.2f} of 100 KB"}
        data = json.dumps({**state, "detail": detail, "sent_ms": time.time() * 1000}).encode()
        subject = f"m1/{state['id']}"
        return Entry(state["app_id"], "tool_call", "m1", data, subject, state["version"], state["progress"], live)


def main() -> None:
    task = json.loads(sys.stdin.readline())
    settings = Settings(redis_url=task["url"])
    log = EventLog(connect(settings), settings)
    calls = [MadeUp(task["app"], number) for number in range(task["calls"])]
    log.append([call.told(live=False) for call in calls])
    print(json.dumps({"ready": 1}), flush=True)
    for call, _ in zip(itertools.cycle(calls), _ticks(task["each_second"]), strict=False):
        log.append([call.step()])
    print(json.dumps({call.state["id"]: call.state["version"] for call in calls}), flush=True)


def _ticks(each_second: float) -> Iterator[int]:
    for tick in Pace(each_second).ticks(sys.maxsize):
        if tick % 50 == 0 and select.select([sys.stdin], [], [], 0)[0]:
            return
        yield tick


if __name__ == "__main__":
    main()
