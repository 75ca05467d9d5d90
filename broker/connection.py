"""Connections to Redis or Valkey, with the time limits without which a hung server would block for ever."""

import redis
import redis.asyncio
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from models.settings import Settings

CONNECT_SECONDS = 2
ANSWER_SECONDS = 5


def connect(settings: Settings) -> redis.Redis:
    """A pool of connections for threads; make it after the process has forked."""
    return redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
    )


def connect_async(settings: Settings) -> redis.asyncio.Redis:
    """A pool of connections for one event loop."""
    return redis.asyncio.Redis.from_url(
        settings.redis_url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
    )
