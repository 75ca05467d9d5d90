"""Lets a worker outlive its Redis: kombu 5.7 gives up for good when the connection ends while the worker waits for a task.

`Channel.close` first reads the answer to the BRPOP that is open. With the connection gone that raises before the channel
counts as closed, so that closing it once more, as Celery 5.7 does, works on a connection that has been taken apart; the
worker then exits with "Unrecoverable error: 'NoneType' object has no attribute 'hostname'".
"""

from queue import Empty
from typing import Any

import redis
from kombu.transport.redis import Channel

_close = Channel.close


def _close_in_any_case(channel: Any) -> None:
    if channel._in_poll:
        try:
            channel._brpop_read()
        except (Empty, redis.RedisError, OSError):
            # There is nothing to be read any more; a link that was lost with it is sent again by the reconciler.
            channel._in_poll = None
    _close(channel)


def survive_lost_connections() -> None:
    """Make every channel of this process closable when its connection is gone. Harmless to call again."""
    Channel.close = _close_in_any_case
