"""Waiting in tests: for a condition, never for a duration."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(predicate: Callable[[], T], what: str, seconds: float = 15.0) -> T:
    """The first true answer of `predicate`. Fails, naming `what` was waited for, when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := predicate()):
        assert time.monotonic() < end, f"waited {seconds:g} s in vain: {what}"
        time.sleep(0.01)
    return answer
