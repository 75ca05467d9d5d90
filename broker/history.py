"""The reading end of an app's event log: where it stands, what came after an id, and the newest streamed progress."""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any, cast

import redis

from broker.log import Event, EventId, era_key, stream_key, told_key
from models.settings import Settings

PAGE = 1000


class History:
    """Reads every app's log. Raises redis.RedisError when Redis cannot be reached."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self._client: Any = client
        self._seconds = settings.log_seconds

    def position(self, app_id: str) -> EventId:
        """The id of the log's newest entry; `<era>-0-0` when it has none yet."""
        pipeline = self._client.pipeline(transaction=True)
        pipeline.set(era_key(app_id), secrets.token_hex(4), nx=True, ex=self._seconds)
        pipeline.get(era_key(app_id))
        pipeline.xrevrange(stream_key(app_id), count=1)
        _, era, newest = pipeline.execute()
        return _id(era, newest[0][0] if newest else b"0-0")

    def after(self, app_id: str, last: EventId) -> list[Event] | None:
        """Every event after `last`, in order. None when that can no longer be promised: the log was lost, or cut since."""
        if not self._reaches(app_id, last):
            return None
        events: list[Event] = []
        while True:
            page = self._page(app_id, events[-1].id if events else last)
            events += page
            if len(page) < PAGE:
                # Read again, for entries may have been cut while the pages were read.
                return events if self._reaches(app_id, last) else None

    def backwards(
        self, app_id: str, kind: str, message_id: str, *, since_ms: int, until_ms: int | None
    ) -> Iterator[Event]:
        """A message's events of one kind that the log still holds, newest first, between two moments."""
        era = self._client.get(era_key(app_id)) or b"none"
        last = "+" if until_ms is None else str(until_ms)
        while True:
            rows = self._client.xrevrange(stream_key(app_id), max=last, min=str(max(0, since_ms)), count=PAGE)
            events = (Event.parse(_id(era, id_), fields[b"h"], fields[b"d"]) for id_, fields in rows)
            yield from (event for event in events if (event.kind, event.message_id) == (kind, message_id))
            if len(rows) < PAGE:
                return
            last = f"({rows[-1][0].decode()}"

    def newest(self, app_id: str, subjects: Sequence[str]) -> dict[str, tuple[int, float, bytes]]:
        """By subject: version, progress and data of its newest progress event, where that is the newest word on it."""
        pipeline = self._client.pipeline(transaction=False)
        for subject in subjects:
            pipeline.hmget(told_key(app_id, subject), "v", "p", "d")
        answers = pipeline.execute() if subjects else []
        found = zip(subjects, cast(list[list[bytes | None]], answers), strict=True)
        return {subject: (int(v), float(p or 0), d) for subject, (v, p, d) in found if v and d}

    def version_told(self, app_id: str, subject: str) -> int:
        """The version of a subject's newest event; 0 when none was told, or the log was lost since."""
        return int(self._client.hget(told_key(app_id, subject), "v") or 0)

    def _page(self, app_id: str, last: EventId) -> list[Event]:
        rows = self._client.xrange(stream_key(app_id), min=f"({last.ms}-{last.n}", max="+", count=PAGE)
        return [Event.parse(_id(last.era.encode(), id_), fields[b"h"], fields[b"d"]) for id_, fields in rows]

    def _reaches(self, app_id: str, last: EventId) -> bool:
        pipeline = self._client.pipeline(transaction=True)
        pipeline.get(era_key(app_id))
        pipeline.exists(stream_key(app_id))
        era, exists = pipeline.execute()
        if era is None or era.decode() != last.era:
            return False
        if not exists:
            return (last.ms, last.n) == (0, 0)
        return self._holds(app_id, last)

    def _holds(self, app_id: str, last: EventId) -> bool:
        about = self._client.xinfo_stream(stream_key(app_id))
        newest = _id(last.era.encode(), about["last-generated-id"])
        if last > newest or about["first-entry"] is None:
            return last == newest
        whole = about["entries-added"] == about["length"]
        return whole or last >= _id(last.era.encode(), about["first-entry"][0])


def _id(era: bytes, stream_id: bytes) -> EventId:
    return EventId.parse(f"{era.decode()}-{stream_id.decode()}")
