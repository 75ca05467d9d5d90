"""A thread that does small things later: withheld progress, renewed leases, stages whose time is over."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

logger = structlog.get_logger()

Due = tuple[float, Callable[[], None]]


class Later:
    """Actions at their time, one after the other, in a thread of their own. Make it after the process has forked."""

    def __init__(self) -> None:
        self._due: list[Due] = []
        self._wake = threading.Condition()
        threading.Thread(target=self._run, name="later", daemon=True).start()

    def after(self, seconds: float, action: Callable[[], None]) -> Due:
        """Do it in so many seconds. Gives what `forget` takes."""
        entry = (time.monotonic() + seconds, action)
        with self._wake:
            self._due.append(entry)
            self._wake.notify()
        return entry

    def forget(self, entry: Due) -> None:
        """Do not do it after all, if it was not done yet."""
        with self._wake, suppress(ValueError):
            self._due.remove(entry)

    def _run(self) -> None:
        while True:
            for action in self._take_due():
                try:
                    action()
                except Exception:
                    # The other actions depend on this thread.
                    logger.exception("action-broke")

    def _take_due(self) -> list[Callable[[], None]]:
        with self._wake:
            first = min((at for at, _ in self._due), default=None)
            self._wake.wait(None if first is None else max(0.0, first - time.monotonic()))
            now = time.monotonic()
            ripe = [action for at, action in self._due if at <= now]
            self._due = [item for item in self._due if item[0] > now]
            return ripe
