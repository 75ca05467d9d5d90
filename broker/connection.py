"""Connections to Redis or Valkey, with the time limits without which a hung server would block for ever."""

import redis
import redis.asyncio
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.retry import Retry

from models.settings import Settings

CONNECT_SECONDS = 2
ANSWER_SECONDS = 5
BRIEF_SECONDS = 1


def connect(settings: Settings) -> redis.Redis:
    """A pool of connections for threads; make it after the process has forked.

    A broken connection is made anew and the command sent again. One that was not answered in time is not: the server
    may have done it, and a server that hangs would be waited for once more each time.
    """
    retry = Retry(ExponentialBackoff(cap=0.2, base=0.05), 2, supported_errors=(redis.ConnectionError,))
    return _connect(settings, CONNECT_SECONDS, ANSWER_SECONDS, retry)


def connect_briefly(settings: Settings) -> redis.Redis:
    """The same for what is rather dropped than waited for, like progress: no second try, and a second for an answer."""
    return _connect(settings, BRIEF_SECONDS, BRIEF_SECONDS, Retry(NoBackoff(), 0))


def connect_async(settings: Settings) -> redis.asyncio.Redis:
    """A pool of connections for one event loop."""
    return redis.asyncio.Redis.from_url(
        settings.redis_url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
    )


def _connect(settings: Settings, connect_seconds: float, answer_seconds: float, retry: Retry) -> redis.Redis:
    return redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=connect_seconds,
        socket_timeout=answer_seconds,
        health_check_interval=30,
        retry=retry,
    )
