"""A process that submits calls at an even pace until it is told to stop: `python -m ops.bench.submitter`.

The first line of standard input says where: `{"side", "url", "key", "apps", "each_second"}`; the next one ends it, and is
answered with `{"sent"}`. Each app has a connection, and on none is a call submitted before the last one was answered.
"""

import itertools
import json
import select
import sys
from typing import Any

from ops.bench.baseline.server import BASELINE, one_call
from ops.bench.pace import Pace
from ops.bench.wire import Door
from ops.bench.workload import four_stages
from ops.errors import OpsError


def main() -> None:
    task = json.loads(sys.stdin.readline())
    try:
        print(json.dumps({"ready": len(task["apps"])}), flush=True)
        print(json.dumps({"sent": _submit(task)}), flush=True)
    except OpsError as error:
        print(json.dumps({"error": str(error)}), flush=True)


def _submit(task: dict[str, Any]) -> int:
    """How many calls were submitted until standard input had something to say."""
    request = one_call if task["side"] == BASELINE else four_stages
    doors = [(app, Door(task["url"], task["key"])) for app in task["apps"]]
    waiting: set[str] = set()
    places = itertools.cycle(doors)
    for number in Pace(task["each_second"]).ticks(sys.maxsize):
        if select.select([sys.stdin], [], [], 0)[0]:
            break
        app, door = next(places)
        if app in waiting:
            door.answer()
        door.send("POST", *request(app, number + 1))
        waiting.add(app)
    for app, door in doors:
        if app in waiting:
            door.answer()
    return number


if __name__ == "__main__":
    main()
