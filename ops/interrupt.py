"""Ctrl-C and TERM for commands that run until they are told to stop."""

import itertools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stoppable(hasten: Callable[[], None]) -> Iterator[None]:
    """End the block at the first Ctrl-C, TERM or hang-up, as if it had returned; every further one calls `hasten`."""
    count = itertools.count()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if next(count) == 0:
            raise KeyboardInterrupt
        hasten()

    before = {number: signal.signal(number, handle) for number in _numbers()}
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _numbers() -> list[signal.Signals]:
    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN  # `nohup` ignores it, and means it
    return [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hangs_up else [])]
