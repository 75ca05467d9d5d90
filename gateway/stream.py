"""The event stream of a message or an app: snapshot or replay, then live, without a seam."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from secrets import SystemRandom
from typing import cast

import anyio
import orjson
import structlog
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from broker.log import EventId
from gateway.context import Gateway, gateway_of, in_thread
from gateway.problem import explain
from gateway.protocol import drop
from gateway.reader import Frame, Reader, encode
from gateway.snapshot import take_snapshot
from gateway.watch import Watch, watch_of
from models.errors import Unavailable
from models.message import find_message

HEARTBEAT = b":\n"
RETRY_MS = 1000
RETRY = b"retry: %d\n" % RETRY_MS
# Whoever was sent away comes back at a moment of their own, not all together.
RETRY_MS_AFTER = {"overloaded": (3000, 10_000), "shutdown": (500, 2500), "unavailable": (1000, 5000)}
SEND_SECONDS = 30.0
GRACE_SECONDS = 2.0
PIECE_BYTES = 256 * 1024

logger = structlog.get_logger()
chance = SystemRandom()


async def stream(request: Request, app_id: str, message_id: str | None) -> Response:
    """Answer with the events of a message, or of all of an app's messages."""
    return EventStream(gateway_of(request), watch_of(request, app_id, message_id))


class EventStream(EventSourceResponse):
    """Tells events while there is a seat for the stream, and until its client leaves, or stops reading."""

    def __init__(self, gateway: Gateway, watch: Watch) -> None:
        stopping = Stopping()
        super().__init__(
            _events(gateway, watch, stopping),
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
                self.body_iterator = _only(_end("overloaded"))
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
        self._is_said = False

    def said(self, chunk: bytes) -> bytes:
        if self._is_said or chunk == HEARTBEAT:
            return chunk
        self._is_said = True
        return chunk if chunk.startswith(b"retry:") else RETRY + chunk


async def _events(gateway: Gateway, watch: Watch, stopping: Stopping) -> AsyncIterator[bytes]:
    opening = Opening()
    try:
        async with gateway.hub.reader(watch.app_id, watch.message_id) as reader:
            stopping.watch(reader)
            async with aclosing(_told(gateway, watch, reader)) as told:
                async for chunk in told:
                    if watch.left() <= 0:
                        break
                    yield opening.said(chunk)
                else:
                    return
        yield _end("token-expired")
    except Exception as error:
        # A browser's EventSource gives up for good on any answer but 200, so this is said inside one.
        if not isinstance(explain(error), Unavailable):
            raise
        yield _end("unavailable")


async def _told(gateway: Gateway, watch: Watch, reader: Reader) -> AsyncGenerator[bytes]:
    done = False
    if not reader.over:
        chunks, done = await _begin(gateway, watch, reader)
        for chunk in chunks:
            yield chunk
    while not done:
        left = max(0.0, watch.left())
        frames = await reader.take(min(gateway.settings.heartbeat_seconds, left), min(watch.batch_seconds, left))
        if frames:
            for piece in _pieces(frames, watch):
                yield piece
            done = watch.until_idle and any(_is_idle(frame) for frame in frames)
        elif reader.over:
            yield _end(reader.over)
            return
        elif reader.resync:
            chunk, done = await _snapshot(gateway, watch, reader, "resync")
            yield chunk
        else:
            yield HEARTBEAT
    yield _end("idle")


async def _begin(gateway: Gateway, watch: Watch, reader: Reader) -> tuple[list[bytes], bool]:
    """The stream's first bytes, and whether with them it is done."""
    if isinstance(watch.last, EventId):
        replayed = await _replay(gateway, watch, watch.last, reader)
        if replayed is not None:
            return replayed, watch.until_idle and await _is_done(gateway, watch)
    chunk, done = await _snapshot(gateway, watch, reader, "resync" if watch.last else "open")
    return [chunk], done


async def _replay(gateway: Gateway, watch: Watch, last: EventId, reader: Reader) -> list[bytes] | None:
    events = await in_thread(gateway.history.after, watch.app_id, last)
    if events is None:
        return None
    reader.start_after(events[-1].id if events else last)
    mine = Reader(watch.message_id, limit=len(events) + 1)
    for event in events:
        if watch.message_id in (None, event.message_id):
            mine.push(Frame(event))
    return list(_pieces(await mine.take(0), watch)) or [HEARTBEAT]


async def _snapshot(gateway: Gateway, watch: Watch, reader: Reader, reason: str) -> tuple[bytes, bool]:
    reader.resync = False
    arguments = (gateway.store, gateway.history, watch.app_id, watch.message_id, reason)
    snapshot = await in_thread(take_snapshot, *arguments)
    reader.start_after(snapshot.id, snapshot.shown)
    return encode(str(snapshot.id), "snapshot", snapshot.data), watch.until_idle and snapshot.done


async def _is_done(gateway: Gateway, watch: Watch) -> bool:
    """After a replay: whether the message is idle, has had a call, and every event of it was told."""
    return await in_thread(_finished, gateway, watch)


def _finished(gateway: Gateway, watch: Watch) -> bool:
    with gateway.store.read() as tx:
        message = find_message(tx, watch.app_id, watch.message_id or "")
    return bool(
        message and message.status == "idle" and message.counts["total"] and message.announced >= message.version
    )


def _pieces(frames: list[Frame], watch: Watch) -> Iterator[bytes]:
    """The frames as bytes, in pieces small enough that a client which reads slowly is waited for between them."""
    piece: list[Frame] = []
    size = 0
    for frame in frames:
        if size + len(frame.sse) > PIECE_BYTES and piece:
            yield _joined(piece, watch)
            piece, size = [], 0
        piece.append(frame)
        size += len(frame.sse)
    if piece:
        yield _joined(piece, watch)


def _joined(frames: list[Frame], watch: Watch) -> bytes:
    if not watch.batch_seconds:
        return b"".join(frame.sse for frame in frames)
    events = b",".join(b'{"event":"%b","data":%b}' % (one.event.kind.encode(), one.event.data) for one in frames)
    return encode(str(frames[-1].event.id), "batch", b'{"events":[%b]}' % events)


def _is_idle(frame: Frame) -> bool:
    if frame.event.kind != "message":
        return False
    message = orjson.loads(frame.event.data)
    return bool(message["status"] == "idle" and message["counts"]["total"])


def _end(reason: str) -> bytes:
    fewest, most = RETRY_MS_AFTER.get(reason, (RETRY_MS, RETRY_MS))
    return b'retry: %d\nevent: end\ndata: {"reason":"%b"}\n\n' % (chance.randint(fewest, most), reason.encode())


async def _only(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
