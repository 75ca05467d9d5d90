"""Signals: a word to the one worker process that runs a call, so that it looks at once. A lost one costs time, nothing else."""

from typing import NamedTuple

import orjson
import redis
import structlog

from models.call import Call

STOP = "stop"

logger = structlog.get_logger()


class Signal(NamedTuple):
    """What is wanted (`run`, `pause`, `cancel`) of the claim with this token; `stop` is for whatever a process runs."""

    token: str
    wanted: str


def signal_calls(client: redis.Redis, calls: list[Call]) -> None:
    """Tell the processes that run these calls what is wanted. Their rows say it too, so nothing fails with Redis."""
    for call in calls:
        if call.claimed_by:
            _publish(client, channel_of(call.claimed_by), Signal(call.claimed_by, call.control))


def signal_stop(client: redis.Redis, worker: str) -> None:
    """Tell all processes of a worker that it shuts down. `worker` is as `worker_channel` takes it."""
    _publish(client, worker_channel(worker), Signal("", STOP))


def channel_of(token: str) -> str:
    """Where the process that took a claim listens; a token is `{process}.{claim}`."""
    return f"tr:signal:{token.partition('.')[0]}"


def worker_channel(worker: str) -> str:
    return f"tr:signal:worker:{worker}"


def read_signal(data: bytes) -> Signal:
    return Signal(*orjson.loads(data))


def _publish(client: redis.Redis, channel: str, signal: Signal) -> None:
    try:
        client.publish(channel, orjson.dumps(list(signal)))
    except redis.RedisError as error:
        logger.warning("signal-not-sent", channel=channel, wanted=signal.wanted, error=str(error))
