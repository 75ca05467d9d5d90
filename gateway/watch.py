"""What a client asked to watch, read from its request."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request

from broker.log import EventId
from gateway.identity import Callers
from models.errors import Malformed

MOST_BATCH_MS = 1000


@dataclass(frozen=True)
class Watch:
    """What a client asked to watch, and how. `expires_at` is when what it may see ends, in seconds since the epoch.

    `is_known` asks whether its secret still works: a key may be revoked, a session signed out.
    """

    app_id: str
    message_id: str | None
    last: EventId | str | None
    until_idle: bool
    batch_seconds: float
    key_id: int | None
    expires_at: float | None
    is_known: Callable[[], Awaitable[bool]]

    @property
    def takes_each(self) -> bool:
        """Whether events may go out one by one, as they come: they are neither gathered nor looked at."""
        return not self.until_idle and not self.batch_seconds

    def left(self) -> float:
        """The seconds until it expires; endless when it never does."""
        return float("inf") if self.expires_at is None else self.expires_at - time.time()


def watch_of(request: Request, app_id: str, message_id: str | None) -> Watch:
    """Raises Malformed."""
    query = request.query_params
    last = request.headers.get("last-event-id") or query.get("last_event_id")
    if query.get("until", "idle") != "idle":
        raise Malformed("until can only be `idle`")
    if "until" in query and message_id is None:
        raise Malformed("until=idle is for the stream of one message")
    caller = request.state.caller
    expires_at = getattr(caller, "expires_at", None)
    until_idle, batch_seconds = "until" in query, _batch_ms(query.get("batch", "0")) / 1000
    return Watch(app_id, message_id, _parse(last), until_idle, batch_seconds, caller.key_id, expires_at, _asks(request))


def _asks(request: Request) -> Callable[[], Awaitable[bool]]:
    callers: Callers = request.app.state.callers
    secret = request.state.secret

    async def is_known() -> bool:
        return await callers.find(secret) is not None

    return is_known


def _batch_ms(given: str) -> int:
    if not given.isascii() or not given.isdecimal() or len(given) > 9 or int(given) > MOST_BATCH_MS:
        raise Malformed(f"batch is a number of milliseconds, at most {MOST_BATCH_MS}")
    return int(given)


def _parse(last: str | None) -> EventId | str | None:
    """The id to go on after; text that is no id of ours is kept, for it means that the client missed something."""
    try:
        return EventId.parse(last) if last else None
    except ValueError:
        return last
