"""A process that publishes log lines at an even pace until it is killed: `python -m ops.bench.publisher`.

The first line of standard input says where: `{"url", "app", "each_second"}`.
"""

import json
import sys

from broker.connection import connect
from broker.log import EventLog
from models.events import Entry
from models.settings import Settings
from ops.bench.pace import Pace
from ops.bench.side import PAYLOAD


def main() -> None:
    task = json.loads(sys.stdin.readline())
    settings = Settings(redis_url=task["url"])
    log, entry = EventLog(connect(settings), settings), Entry(task["app"], "log", "m1", PAYLOAD)
    log.append([entry])
    print(json.dumps({"ready": 1}), flush=True)
    for _ in Pace(task["each_second"]).ticks(sys.maxsize):
        log.append([entry])


if __name__ == "__main__":
    main()
