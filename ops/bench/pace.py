"""Keeps an even pace, whatever the paced thing itself costs."""

import time
from collections.abc import Iterator


class Pace:
    """So many a second."""

    def __init__(self, each_second: float) -> None:
        self._interval = 1 / each_second

    def ticks(self, count: int) -> Iterator[int]:
        """The numbers from 0 on, each when its time has come."""
        begun = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, begun + number * self._interval - time.monotonic()))
            yield number
