"""A process that subscribes to a Redis channel with plain redis-py: `python -m ops.bench.subscriber`.

The first line of standard input says where: `{"url", "channel"}`. It notes when each message came, and at a message that
is `END` gives the times as one line of JSON.
"""

import json
import sys
import time
from typing import Any

import redis

END = b"end"


def main() -> None:
    task = json.loads(sys.stdin.readline())
    client: Any = redis.Redis.from_url(task["url"])
    channel = client.pubsub()
    channel.subscribe(task["channel"])
    times: list[int] = []
    for message in channel.listen():
        if message["type"] == "subscribe":
            print(json.dumps({"ready": 1}), flush=True)
        elif message["data"] == END:
            print(json.dumps({"times": times}), flush=True)
            times = []
        else:
            times.append(time.monotonic_ns())


if __name__ == "__main__":
    main()
