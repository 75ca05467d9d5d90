"""The hub: one subscriber connection to Redis for all the readers of a process. Each event is encoded once."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

import anyio.to_thread
import redis
import redis.asyncio
import structlog

from broker.history import History
from broker.log import Event, EventId, stream_key
from gateway.reader import Chunks, Frame, Reader
from gateway.seats import Seats
from models.settings import Settings

logger = structlog.get_logger()

CONTROL_CHANNEL = "tr:hub"
QUIET_SECONDS = 5.0
LINGER_SECONDS = 5.0
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)


class Feed:
    """One app's events on their way to the readers of this process."""

    def __init__(self, app_id: str) -> None:
        self.app_id = app_id
        self.confirmed = asyncio.Event()
        self.last: EventId | None = None
        self.leaving: asyncio.TimerHandle | None = None
        self._readers: dict[str | None, set[Reader]] = {}
        self._due: set[Reader] = set()

    @property
    def readers(self) -> list[Reader]:
        return [reader for group in self._readers.values() for reader in group]

    def add(self, reader: Reader) -> None:
        self._readers.setdefault(reader.message_id, set()).add(reader)

    def remove(self, reader: Reader) -> None:
        group = self._readers[reader.message_id]
        group.discard(reader)
        if not group:
            del self._readers[reader.message_id]

    def deliver(self, event: Event) -> None:
        """Hand an event to those who watch its message, and to those who watch the whole app."""
        if self.last and event.id.era != self.last.era:
            self.lose()
        elif self.last and event.id <= self.last:
            return
        self.last = event.id
        frame = Frame(event)
        for group in (self._readers.get(event.message_id), self._readers.get(None)):
            for reader in group or ():
                if reader.push(frame):
                    self._write_soon(reader)

    def _write_soon(self, reader: Reader) -> None:
        """Once in a turn of the loop, for all that comes in it."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._write_out)
        self._due.add(reader)

    def _write_out(self) -> None:
        due, self._due, chunks = self._due, set(), Chunks()
        for reader in due:
            reader.write_out(chunks)

    def lose(self) -> None:
        for reader in self.readers:
            reader.lose()


class Hub:
    """Feeds by app. Use as an async context manager; it reconnects by itself and then fetches what was missed."""

    def __init__(self, client: redis.asyncio.Redis, history: History, settings: Settings) -> None:
        self._client: Any = client
        self._history = history
        self._limit = settings.reader_events
        self._feeds: dict[str, Feed] = {}
        self._order = asyncio.Lock()
        self._pubsub: Any = None
        self._task: asyncio.Task[None] | None = None
        self._commands: set[asyncio.Task[None]] = set()
        self.seats = Seats(settings)

    async def __aenter__(self) -> "Hub":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, *self._commands, return_exceptions=True)
        await self._client.aclose()

    @asynccontextmanager
    async def reader(self, app_id: str, message_id: str | None) -> AsyncIterator[Reader]:
        """A reader that already gathers what is published. Raises redis.RedisError when Redis is away for long."""
        feed, reader = self._feed(app_id), Reader(message_id, self._limit)
        feed.add(reader)
        try:
            await _confirmation(feed)
            yield reader
        finally:
            feed.remove(reader)
            if not feed.readers:
                feed.leaving = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._leave_soon, feed)

    def _feed(self, app_id: str) -> Feed:
        feed = self._feeds.get(app_id)
        if feed is None:
            feed = self._feeds[app_id] = Feed(app_id)
            self._start(self._join(feed))
        if feed.leaving:
            feed.leaving.cancel()
            feed.leaving = None
        return feed

    def _start(self, command: Coroutine[Any, Any, None]) -> None:
        """Run a command to its end, whatever becomes of the reader that needs it.

        The subscriber's connection is everyone's: redis-py closes it when a command on it is cancelled.
        """
        task = asyncio.get_running_loop().create_task(command)
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    def _leave_soon(self, feed: Feed) -> None:
        if self._task and not self._task.done():
            self._start(self._leave(feed))

    async def _join(self, feed: Feed) -> None:
        async with self._order:
            if self._pubsub is not None and self._feeds.get(feed.app_id) is feed:
                await self._command(self._pubsub.subscribe, stream_key(feed.app_id))

    async def _leave(self, feed: Feed) -> None:
        async with self._order:
            if not feed.readers and self._feeds.get(feed.app_id) is feed:
                del self._feeds[feed.app_id]
                if self._pubsub is not None:
                    await self._command(self._pubsub.unsubscribe, stream_key(feed.app_id))

    async def _command(self, command: Any, channel: str) -> None:
        try:
            await command(channel)
        except (redis.RedisError, OSError) as error:
            # The listener sees the same broken connection, and subscribes to every feed again.
            logger.warning("hub-command-failed", channel=channel, error=str(error))

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._connect()
                failures = 0
                await self._listen()
            except (redis.RedisError, OSError) as error:
                logger.warning("hub-disconnected", error=str(error))
            except Exception:
                # Whatever it was, the readers of this process depend on the loop going on.
                logger.exception("hub-broke")
            await self._disconnect()
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1

    async def _connect(self) -> None:
        async with self._order:
            pubsub = self._client.pubsub()
            await pubsub.subscribe(CONTROL_CHANNEL, *(stream_key(app_id) for app_id in self._feeds))
            self._pubsub = pubsub

    async def _disconnect(self) -> None:
        async with self._order:
            pubsub, self._pubsub = self._pubsub, None
            for feed in self._feeds.values():
                feed.confirmed.clear()
        if pubsub is not None:
            await pubsub.aclose()

    async def _listen(self) -> None:
        quiet = False
        while True:
            message = await self._pubsub.get_message(timeout=QUIET_SECONDS)
            if message is None:
                if quiet:
                    raise redis.ConnectionError("no answer from Redis")
                quiet = True
                await self._pubsub.ping()
                continue
            quiet = False
            await self._handle(message)

    async def _handle(self, message: dict[str, Any]) -> None:
        app_id = _app_of(message["channel"] or b"")
        feed = self._feeds.get(app_id) if app_id else None
        if feed is None:
            return
        if message["type"] == "message":
            feed.deliver(Event.from_channel(message["data"]))
        elif message["type"] == "subscribe":
            await self._catch_up(feed)
            feed.confirmed.set()

    async def _catch_up(self, feed: Feed) -> None:
        """A feed that is subscribed again fetches what was published meanwhile."""
        if feed.last is None:
            feed.last = await anyio.to_thread.run_sync(self._history.position, feed.app_id)
            return
        missed = await anyio.to_thread.run_sync(self._history.after, feed.app_id, feed.last)
        if missed is None:
            feed.last = await anyio.to_thread.run_sync(self._history.position, feed.app_id)
            feed.lose()
            return
        for event in missed:
            feed.deliver(event)


async def _confirmation(feed: Feed) -> None:
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            await feed.confirmed.wait()
    except TimeoutError as error:
        raise redis.ConnectionError("the event log cannot be reached") from error


def _app_of(channel: bytes) -> str | None:
    name = channel.decode()
    return name[4:-5] if name.startswith("tr:{") and name.endswith("}:log") else None
