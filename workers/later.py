"""A thread that does small things later: withheld progress, renewed leases, stages whose time is over."""

import threading
import time
from collections.abc import Callable

import structlog

logger = structlog.get_logger()


class Later:
    """Actions at their time, one after the other, in a thread of their own. Make it after the process has forked."""

    def __init__(self) -> None:
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._wake = threading.Condition()
        threading.Thread(target=self._run, name="later", daemon=True).start()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        with self._wake:
            self._due.append((time.monotonic() + seconds, action))
            self._wake.notify()

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
