"""The event stream of a message or an app: snapshot or replay, then live, without a seam."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import anyio
import orjson
import redis
from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response

from broker.log import EventId
from gateway.context import Gateway, gateway_of, in_thread
from gateway.reader import Frame, Reader, encode
from gateway.snapshot import take_snapshot
from models.errors import Malformed
from models.message import find_message

HEARTBEAT = b":\n"
RETRY = b"retry: 1000\n"
MOST_BATCH_MS = 1000
SEND_SECONDS = 30.0
GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Watch:
    """What a client asked to watch, and how."""

    app_id: str
    message_id: str | None
    last: EventId | str | None
    until_idle: bool
    batch_seconds: float


async def stream(request: Request, app_id: str, message_id: str | None) -> Response:
    """Answer with the events of a message, or of all of an app's messages."""
    watch = _watch(request, app_id, message_id)
    stopping = Stopping()
    return EventSourceResponse(
        _events(gateway_of(request), watch, stopping),
        ping=0,
        sep="\n",
        send_timeout=SEND_SECONDS,
        shutdown_event=cast(anyio.Event, stopping),
        shutdown_grace_period=GRACE_SECONDS,
    )


class Stopping:
    """What sse-starlette sets, like an event, when the server shuts down: it stops the reader, which may say goodbye."""

    def __init__(self) -> None:
        self.reader: Reader | None = None

    def set(self) -> None:
        if self.reader:
            self.reader.stop("shutdown")


def _watch(request: Request, app_id: str, message_id: str | None) -> Watch:
    query = request.query_params
    last = request.headers.get("last-event-id") or query.get("last_event_id")
    if query.get("until", "idle") != "idle":
        raise Malformed("until can only be `idle`")
    if "until" in query and message_id is None:
        raise Malformed("until=idle is for the stream of one message")
    batch = query.get("batch", "0")
    if not batch.isascii() or not batch.isdecimal() or len(batch) > 9 or int(batch) > MOST_BATCH_MS:
        raise Malformed(f"batch is a number of milliseconds, at most {MOST_BATCH_MS}")
    return Watch(app_id, message_id, _parse(last), "until" in query, int(batch) / 1000)


def _parse(last: str | None) -> EventId | str | None:
    """The id to go on after; text that is no id of ours is kept, for it means that the client missed something."""
    try:
        return EventId.parse(last) if last else None
    except ValueError:
        return last


async def _events(gateway: Gateway, watch: Watch, stopping: Stopping) -> AsyncIterator[bytes]:
    try:
        async with gateway.hub.reader(watch.app_id, watch.message_id) as reader:
            stopping.reader = reader
            async for chunk in _told(gateway, watch, reader):
                yield chunk
    except redis.RedisError:
        # A browser's EventSource gives up for good on any answer but 200, so this is said inside one.
        yield _end("unavailable", RETRY)


async def _told(gateway: Gateway, watch: Watch, reader: Reader) -> AsyncIterator[bytes]:
    chunk, done = await _begin(gateway, watch, reader)
    yield chunk
    while not done:
        frames = await _take(gateway, watch, reader)
        if frames:
            yield _joined(frames, watch)
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


async def _begin(gateway: Gateway, watch: Watch, reader: Reader) -> tuple[bytes, bool]:
    """The stream's first bytes, and whether with them it is done."""
    if isinstance(watch.last, EventId):
        replayed = await _replay(gateway, watch, watch.last, reader)
        if replayed is not None:
            return RETRY + replayed, watch.until_idle and await _is_done(gateway, watch)
    chunk, done = await _snapshot(gateway, watch, reader, "resync" if watch.last else "open")
    return RETRY + chunk, done


async def _replay(gateway: Gateway, watch: Watch, last: EventId, reader: Reader) -> bytes | None:
    events = await in_thread(gateway.history.after, watch.app_id, last)
    if events is None:
        return None
    reader.start_after(events[-1].id if events else last)
    mine = Reader(watch.message_id, limit=len(events) + 1)
    for event in events:
        if watch.message_id in (None, event.message_id):
            mine.push(Frame(event))
    frames = await mine.take(0)
    return _joined(frames, watch) if frames else HEARTBEAT


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


async def _take(gateway: Gateway, watch: Watch, reader: Reader) -> list[Frame]:
    frames = await reader.take(gateway.settings.heartbeat_seconds)
    if watch.batch_seconds and frames and all(frame.event.live for frame in frames):
        await asyncio.sleep(watch.batch_seconds)
        return frames + await reader.take(0)
    return frames


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


def _end(reason: str, prefix: bytes = b"") -> bytes:
    return prefix + b'event: end\ndata: {"reason":"%b"}\n\n' % reason.encode()
