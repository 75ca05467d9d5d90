"""The bare limit: plain redis-py in this process publishes, a process that does nothing else receives."""

import time
from types import TracebackType
from typing import Self

import redis

from ops.bench.companion import Companion
from ops.bench.figures import milliseconds, per_second
from ops.bench.pace import Pace
from ops.bench.subscriber import END
from ops.errors import OpsError

CHANNEL = "bench:limit"
ANSWER_SECONDS = 30.0
WARM_UP = 50


class Limit:
    """A publisher and its subscriber on one Redis, for the whole of a run."""

    def __init__(self, redis_url: str) -> None:
        self._client = redis.Redis.from_url(redis_url)
        self._subscriber = Companion("subscriber", {"url": redis_url, "channel": CHANNEL})

    @property
    def pid(self) -> int:
        return self._subscriber.pid

    def latency(self, count: int, payload_bytes: int, each_second: float) -> list[float]:
        """Milliseconds from before each publish until the message was received, `each_second` of them a second."""
        payload, pace = b"." * payload_bytes, Pace(each_second)
        sent = [self._publish(payload) for _ in pace.ticks(count)]
        received = self._received(count)
        return milliseconds(there - here for here, there in zip(sent, received, strict=True))

    def rate(self, count: int, payload_bytes: int) -> float:
        """Messages a second, published one after another as fast as it goes, until the last was received."""
        payload = b"." * payload_bytes
        begun = time.monotonic_ns()
        for _ in range(count):
            self._client.publish(CHANNEL, payload)
        return per_second(count, self._received(count)[-1] - begun)

    def _publish(self, payload: bytes) -> int:
        at = time.monotonic_ns()
        self._client.publish(CHANNEL, payload)
        return at

    def _received(self, count: int) -> list[int]:
        self._client.publish(CHANNEL, END)
        times: list[int] = self._subscriber.answer(ANSWER_SECONDS)["times"]
        if len(times) != count:
            raise OpsError(f"Redis delivered {len(times)} of {count} messages")
        return times

    def __enter__(self) -> Self:
        self._subscriber.__enter__()
        self.rate(WARM_UP, 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._subscriber.__exit__(kind, error, trace)
        self._client.close()
