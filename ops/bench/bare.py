"""The bare limit of what is streamed: redis-py publishes, the least that streams passes it on, a watcher receives."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis

from ops.bench.companion import Companion
from ops.bench.lab import Lab

CHANNEL = "bench:bare"


class Bare:
    """A Redis and a stream; `send` publishes as one JSON text what `watch` then receives as a call's event."""

    def __init__(self, lab: Lab, watch: Companion) -> None:
        self.watch = watch
        self._redis = Redis.from_url(lab.stack.redis_url)

    def send(self, data: bytes, version: int) -> None:
        self._redis.publish(CHANNEL, data)


@contextmanager
def bare_stream(lab: Lab) -> Iterator[Bare]:
    streamer = Companion("streamer", {"url": lab.stack.redis_url, "channel": CHANNEL})
    lab.roster.add_client(streamer.pid)
    with streamer:
        url = f"http://127.0.0.1:{streamer.told['port']}"
        task = {"url": url, "key": "", "paths": ["/"], "tally": False, "seconds": lab.size.silence_seconds}
        watch = Companion("watcher", task)
        lab.roster.add_client(watch.pid)
        with watch:
            yield Bare(lab, watch)
