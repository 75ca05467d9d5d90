"""How many streams this process carries, for all and for each API key."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import prometheus_client

from models.settings import Settings

OPEN = prometheus_client.Gauge("toolreel_streams", "Event streams that are open.")
REFUSED = prometheus_client.Counter("toolreel_streams_refused", "Event streams refused because too many were open.")


class Seats:
    """A stream takes a seat before it begins, and gives it back when its connection is gone."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.max_streams
        self._most_of_key = settings.max_key_streams
        self._taken: Counter[int | None] = Counter()

    @property
    def count(self) -> int:
        return self._taken.total()

    @contextmanager
    def taken(self, key_id: int | None) -> Iterator[bool]:
        """Hold a seat for a stream of that key; False, and nothing held, when there is none."""
        if self.count >= self._most or self._taken[key_id] >= self._most_of_key:
            REFUSED.inc()
            yield False
            return
        self._take(key_id, 1)
        try:
            yield True
        finally:
            self._take(key_id, -1)

    def _take(self, key_id: int | None, more: int) -> None:
        OPEN.inc(more)
        self._taken[key_id] += more
        if not self._taken[key_id]:
            del self._taken[key_id]
