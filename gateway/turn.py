"""A file write's turn in the order of its app's calls: tried again until the calls that come first have ended."""

import time
from collections.abc import Callable
from typing import TypeVar

import anyio
from sqlalchemy import Connection

from gateway.context import Gateway, in_thread
from models.errors import Busy

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.25

T = TypeVar("T")


def turn_end(gateway: Gateway) -> float:
    """Until when (time.monotonic) a write that comes in at this moment waits for its turn."""
    return time.monotonic() + gateway.settings.busy_seconds


async def in_turn(gateway: Gateway, write: Callable[[Connection], T], end: float | None = None) -> T:
    """Run a write in a transaction of its own. Raises Busy when its turn does not come in time; it tries at least once."""
    end, pause = end or turn_end(gateway), FIRST_PAUSE
    while True:
        try:
            return await in_thread(_try, gateway, write)
        except Busy:
            if time.monotonic() + pause > end:
                raise
        await anyio.sleep(pause)
        pause = min(pause * 1.3, LONGEST_PAUSE)


def _try(gateway: Gateway, write: Callable[[Connection], T]) -> T:
    with gateway.store.write() as tx:
        return write(tx)
