"""The event stream of a message or an app: snapshot or replay, then live, without a seam."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import anyio
import structlog
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.begin import begin, snapshot
from gateway.context import Gateway, gateway_of
from gateway.piece import HEARTBEAT, RETRY, end, pieces, turned_idle
from gateway.problem import explain
from gateway.protocol import drop, writer_of
from gateway.reader import Reader, Write
from gateway.watch import Watch, watch_of
from models.errors import Unavailable

SEND_SECONDS = 30.0
GRACE_SECONDS = 2.0
# A page that gathers events wants to notice soon that a connection is dead.
GATHERING_HEARTBEAT_SECONDS = 5.0

logger = structlog.get_logger()


async def stream(request: Request, app_id: str, message_id: str | None) -> Response:
    """Answer with the events of a message, or of all of an app's messages."""
    return EventStream(gateway_of(request), watch_of(request, app_id, message_id), writer_of(request.scope))


class EventStream(EventSourceResponse):
    """Tells events while there is a seat for the stream, and until its client leaves, or stops reading."""

    def __init__(self, gateway: Gateway, watch: Watch, write: Write | None) -> None:
        stopping = Stopping()
        super().__init__(
            _events(gateway, watch, stopping, write if watch.takes_each else None),
            ping=0,
            sep="\n",
            send_timeout=SEND_SECONDS,
            shutdown_event=cast(anyio.Event, stopping),
            shutdown_grace_period=GRACE_SECONDS,
        )
        self._seats, self._watch = gateway.hub.seats, watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._seats.taken(self._watch.key_id) as seated:
            if not seated:
                self.body_iterator = _only(end("overloaded"))
            try:
                await super().__call__(scope, receive, send)
            except SendTimeoutError:
                if not await drop(scope, receive):
                    raise
                logger.info("reader-dropped", app=self._watch.app_id, message=self._watch.message_id)


class Stopping:
    """What sse-starlette sets, like an event, when the server shuts down: it stops the reader, which may say goodbye."""

    def __init__(self) -> None:
        self._is_set = False
        self._reader: Reader | None = None

    def set(self) -> None:
        self._is_set = True
        if self._reader:
            self._reader.stop("shutdown")

    def watch(self, reader: Reader) -> None:
        """This is the reader to stop; at once, when the server shuts down already."""
        self._reader = reader
        if self._is_set:
            self.set()


class Opening:
    """Puts how soon to come back into the first event. No block of its own: some clients take one for an event."""

    def __init__(self) -> None:
        self.is_said = False

    def said(self, chunk: bytes) -> bytes:
        if self.is_said or chunk == HEARTBEAT:
            return chunk
        self.is_said = True
        return chunk if chunk.startswith(b"retry:") else RETRY + chunk


async def _events(gateway: Gateway, watch: Watch, stopping: Stopping, write: Write | None) -> AsyncIterator[bytes]:
    opening = Opening()
    try:
        async with gateway.hub.reader(watch.app_id, watch.message_id) as reader:
            stopping.watch(reader)
            async with aclosing(_told(gateway, watch, reader)) as told:
                asked = time.monotonic()
                async for chunk in told:
                    if watch.left() <= 0:
                        break
                    # A quiet stream comes by here at every heartbeat.
                    if time.monotonic() - asked >= gateway.settings.heartbeat_seconds:
                        asked = time.monotonic()
                        if not await watch.is_known():
                            break
                    yield opening.said(chunk)
                    if write and opening.is_said:
                        reader.write_through(write)
                else:
                    return
        yield end("token-expired")
    except Exception as error:
        # A browser's EventSource gives up for good on any answer but 200, so this is said inside one.
        if not isinstance(explain(error), Unavailable):
            raise
        yield end("unavailable")


async def _told(gateway: Gateway, watch: Watch, reader: Reader) -> AsyncGenerator[bytes]:
    done, heartbeat = False, gateway.settings.heartbeat_seconds
    if watch.batch_seconds:
        heartbeat = min(heartbeat, GATHERING_HEARTBEAT_SECONDS)
    if not reader.over:
        chunks, done = await begin(gateway, watch, reader)
        for chunk in chunks:
            yield chunk
    while not done:
        left = max(0.0, watch.left())
        frames = await reader.take(min(heartbeat, left), min(watch.batch_seconds, left))
        if frames:
            for piece in pieces(frames, watch):
                yield piece
            done = watch.until_idle and bool(turned_idle(frames))
        elif reader.over:
            yield end(reader.over)
            return
        elif reader.resync:
            chunk, done = await snapshot(gateway, watch, reader, "resync")
            yield chunk
        else:
            yield HEARTBEAT
    yield end("idle")


async def _only(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
