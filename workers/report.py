"""Progress on its way out of a worker: limited for each call, newest wins, and never in the way of the tool for long."""

import threading
import time
from collections.abc import Sequence

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from broker.later import Later
from broker.outbox import Outbox
from models.call import Call
from models.events import CallProgressed, Fact, LinesLogged
from models.jsontext import writable

logger = structlog.get_logger()

MOST_LINES = 1000
MOST_CHARACTERS = 4000
SILENCE_SECONDS = 1.0
SILENCE_FACTOR = 10.0


class CallReport:
    """What one running stage has to say. The newest withheld progress follows after the interval, and on `flush`."""

    def __init__(self, publisher: "Publisher", call: Call, *, interval: float) -> None:
        stages = call.stages
        self._floor = stages[call.stage - 1]["until"] if call.stage else 0.0
        self._span = stages[call.stage]["until"] - self._floor
        self._publisher = publisher
        self._call = call
        self._interval = interval
        self._next_at = 0.0
        self._withheld: CallProgressed | None = None
        self._following = False
        self._lock = threading.Lock()
        self.reached = max(call.progress, self._floor)

    def progress(self, fraction: float, note: str | None) -> None:
        """Report the fraction (0-1) of the stage that is done. Progress of a call never falls."""
        with self._lock:
            self.reached = max(self.reached, self._floor + fraction * self._span)
            event = CallProgressed(self._call, self.reached, writable(note) if note else None)
            wait = self._next_at - time.monotonic()
            if wait > 0:
                self._withheld = event
                self._follow_in(wait)
                return
            self._send(event)

    def log(self, lines: Sequence[str]) -> None:
        """Show lines of output; very long ones are cut."""
        shown = [writable(line[:MOST_CHARACTERS]) for line in lines[:MOST_LINES]]
        if shown:
            self._publisher.publish(LinesLogged(self._call, shown))

    def go_on(self, call: Call) -> None:
        """The call was resumed: from here on its events are about it as it is since."""
        with self._lock:
            self._call = call

    def flush(self) -> None:
        """Publish the withheld progress, if there is some."""
        with self._lock:
            if self._withheld is not None:
                self._send(self._withheld)

    def take(self) -> list[CallProgressed]:
        """The withheld progress, if there is some, for whoever tells it together with what comes next."""
        with self._lock:
            withheld, self._withheld = self._withheld, None
            return [withheld] if withheld else []

    def _send(self, event: CallProgressed) -> None:
        self._withheld = None
        self._next_at = time.monotonic() + self._interval
        self._publisher.publish(event)

    def _follow_in(self, seconds: float) -> None:
        if not self._following:
            self._following = True
            self._publisher.later(seconds, self._follow)

    def _follow(self) -> None:
        """What was due when something was withheld; a newer word may have gone out since, and is waited after again."""
        with self._lock:
            self._following = False
            if self._withheld is None:
                return
            wait = self._next_at - time.monotonic()
            if wait > 0:
                self._follow_in(wait)
                return
            self._send(self._withheld)


class Publisher:
    """One for each worker process: it sends progress and log lines."""

    def __init__(self, outbox: Outbox, later: Later) -> None:
        self._outbox = outbox
        self._silent_until = 0.0
        self.later = later.after

    def publish(self, fact: Fact) -> None:
        """Tell it. While Redis is away progress is dropped, so that the tool works on; the rows keep the truth."""
        start = time.monotonic()
        if start < self._silent_until:
            return
        try:
            self._outbox.publish(fact)
        except (redis.RedisError, SQLAlchemyError) as error:
            # A server that hangs may cost the tool a tenth of its time, not all of it.
            lost = time.monotonic() - start
            self._silent_until = start + lost + max(SILENCE_SECONDS, SILENCE_FACTOR * lost)
            logger.warning("progress-dropped", error=str(error))
