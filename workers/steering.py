"""What is wanted of the stage that this process runs. The listener's thread says it; the stage's own thread obeys.

A process runs one stage at a time. `due` is read at every checkpoint, so it is a plain attribute.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from workers.halt import Cancelled, Halt, OutOfTime

CANCEL, STOP, OUT_OF_TIME, PAUSE, RUN = "cancel", "stop", "time-out", "pause", "run"
# A later word replaces an earlier one, but nothing takes these back.
LASTING = frozenset({CANCEL, OUT_OF_TIME})


class Steering:
    """The word on the stage that runs, and whether its tool's own code is running."""

    def __init__(self) -> None:
        self.due = False
        self.token = ""
        self.stopping = False
        self._wanted = RUN
        self._in_tool = False
        self._wake: Callable[[], None] | None = None
        self._changed = threading.Condition()

    def begin(self, token: str) -> None:
        """A stage is about to be claimed with this token. Words for other tokens are none of its business."""
        with self._changed:
            self.token, self._wanted, self.due = token, STOP if self.stopping else RUN, self.stopping

    def end(self) -> None:
        with self._changed:
            self.token, self._wanted, self.due = "", RUN, False

    def ask(self, token: str, wanted: str) -> bool:
        """Say what is wanted; False when no stage with this token runs here."""
        with self._changed:
            if wanted == STOP:
                self.stopping = True
                token = self.token
            if not token or token != self.token:
                return False
            if self._wanted not in LASTING and not (self._wanted == STOP and wanted in (PAUSE, RUN)):
                self._wanted = wanted
            self.due = self._wanted != RUN
            self._changed.notify_all()
            if self.due and self._wake:
                self._wake()
            return True

    @property
    def wanted(self) -> str:
        return self._wanted

    def resume(self) -> None:
        """What was wanted has been obeyed and is over, unless a stronger word came meanwhile."""
        with self._changed:
            if self._wanted == PAUSE:
                self._wanted, self.due = RUN, False

    def wait(self, seconds: float) -> str:
        """Wait until something else than a pause is wanted, or so long; gives what is wanted."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted != PAUSE, timeout=max(0.0, seconds))
            return self._wanted

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """While this lasts, call `wake`, in the thread of whoever asks, when something is wanted. It must not wait."""
        with self._changed:
            self._wake = wake
        try:
            yield
        finally:
            with self._changed:
                self._wake = None

    @contextmanager
    def tool(self) -> Iterator[None]:
        """The tool's own code runs: what it does not notice at a checkpoint may be thrown into it."""
        self._in_tool = True
        try:
            yield
        finally:
            self._in_tool = False

    def runs(self, token: str) -> bool:
        return self.token == token

    def interrupt(self, _signal: int, frame: FrameType | None) -> None:
        """The handler of SIGUSR1, which runs in the stage's own thread between two of its steps."""
        halt = HALTS.get(self._wanted)
        if self._in_tool and halt is not None and not _holds_connections(frame):
            raise halt


def _holds_connections(frame: FrameType | None) -> bool:
    """Whether what was interrupted is code of ours that may be in the middle of a transaction or has a program to end."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(UNTOUCHABLE):
            return True
        frame = frame.f_back if frame.f_globals.get("__name__") != "workers.runner" else None
    return False


UNTOUCHABLE = (
    "models.",
    "broker.",
    "sqlalchemy.",
    "psycopg",
    "redis.",
    "workers.report",
    "workers.checkpoint",
    "workers.process",
)
HALTS: dict[str, type[Halt]] = {CANCEL: Cancelled, OUT_OF_TIME: OutOfTime}


class Deadline:
    """When a stage's time is over; the time it stood still does not count. Seconds of the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds
        self._stood_since: float | None = None

    def left(self) -> float:
        """Seconds left; while it stands still, as many as when it stopped."""
        return self.at - (time.monotonic() if self._stood_since is None else self._stood_since)

    @contextmanager
    def standing(self) -> Iterator[None]:
        self._stood_since = time.monotonic()
        try:
            yield
        finally:
            self.at += time.monotonic() - self._stood_since
            self._stood_since = None


def listen_for_interrupts(steering: Steering) -> None:
    """Let SIGUSR1 throw a halt into a tool's code that reaches no checkpoint. Called in the process's main thread."""
    signal.signal(signal.SIGUSR1, steering.interrupt)
