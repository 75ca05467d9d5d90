"""One of the systems that do the same work: calls go in over HTTP, and what becomes of them comes on streams."""

import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from ops.bench.companion import Companion
from ops.bench.meter import Meter
from ops.bench.processes import DATABASE
from ops.bench.roster import Roster
from ops.bench.size import Size
from ops.bench.wire import Door
from ops.errors import OpsError

OPEN_SECONDS = 30.0
POLL_SECONDS = 0.05
Request = tuple[str, bytes]
Emit = Callable[[int], None]
PAYLOAD = b'{"message_id":"m1","tool_call_id":"call_1","attempt":1,"stage":"writing","lines":["%b"]}' % (b"." * 600)


class Side(ABC):
    """A running system. `stream` is the path of an app's events, `request` the path and body of the submit of one call.

    `relay` is the program that hands out events, `rest` what processes count as that belong to no program of any side.
    """

    prefix = "bench-"  # of the names of apps, which are numbered from 0 on

    def __init__(
        self,
        name: str,
        url: str,
        size: Size,
        roster: Roster,
        *,
        stream: Callable[[str], str],
        request: Callable[[str, int], Request],
        relay: str,
        key: str = "",
        rest: str = DATABASE,
    ) -> None:
        self.name = name
        self.url = url
        self.size = size
        self.stream = stream
        self.request = request
        self.relay = relay
        self.roster = roster
        self.key = key
        self._rest = rest
        self._numbers = itertools.count()

    @abstractmethod
    def emitter(self, app: str) -> Emit:
        """What publishes so many events of that app at once, as a worker would; each is PAYLOAD, or about as large."""

    @abstractmethod
    def restart_relay(self) -> None:
        """Let a new process of the relay take over, one that nothing has grown yet; return when it is ready."""

    def new_app(self) -> str:
        return f"{self.prefix}{next(self._numbers)}"

    def watch(self, apps: Sequence[str], *, tally: bool = False) -> Companion:
        """A process with a stream open for each of these apps; the same app may be named often."""
        task = {"url": self.url, "key": self.key, "paths": [self.stream(app) for app in apps], "tally": tally}
        watcher = Companion("watcher", task | {"seconds": self.size.silence_seconds})
        self.roster.add_client(watcher.pid)
        return watcher

    def wait_until_open(self) -> None:
        """Return when somebody listens. Raises OpsError when nobody does in time."""
        end = time.monotonic() + OPEN_SECONDS
        while True:
            try:
                return self.door().close()
            except OpsError:
                if time.monotonic() > end:
                    raise
            time.sleep(POLL_SECONDS)

    def door(self) -> Door:
        return Door(self.url, self.key)

    def report(self, watch: Companion) -> dict[str, Any]:
        """What a watcher was asked for."""
        return watch.answer(self.size.wait_seconds)

    def meter(self) -> Meter:
        """Reads what this side's programs and the client spend."""
        return Meter(lambda: self.roster.seen_by(self.name), self._rest)
