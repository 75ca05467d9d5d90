"""One reader of a stream: a bounded queue in which newer progress replaces older, unsent progress. No I/O."""

import asyncio
from collections.abc import Callable, Mapping

from broker.log import Event, EventId

# Kinds of events that change no status; those of tool calls do, unless they are progress.
PATIENT = frozenset({"log", "flow"})
# More than so many are sent in pieces, each of which waits for its client.
MOST_AT_ONCE = 100


Write = Callable[[bytes], bool]


class Frame:
    """An event as the bytes that every reader of it gets; encoded once."""

    __slots__ = ("event", "sse")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.sse = encode(str(event.id), event.kind, event.data)


class Chunks:
    """Frames as chunks of HTTP/1.1; those that many readers get are joined once. For one moment only: it keeps them all."""

    def __init__(self) -> None:
        self._joined: dict[tuple[Frame, ...], bytes] = {}

    def of(self, frames: tuple[Frame, ...]) -> bytes:
        chunk = self._joined.get(frames)
        if chunk is None:
            data = b"".join(frame.sse for frame in frames)
            chunk = self._joined[frames] = b"%x\r\n%b\r\n" % (len(data), data)
        return chunk


class Reader:
    """What one client has still to be told. Nothing is dropped but replaced progress; a full queue cuts the reader off."""

    def __init__(self, message_id: str | None, limit: int) -> None:
        self.message_id = message_id
        self.over: str | None = None
        self.resync = False
        self._limit = limit
        self._pending: dict[str, Frame] = {}
        self._number = 0
        self._wake = asyncio.Event()
        self._urgent = False
        self._after: EventId | None = None
        self._shown: dict[str, tuple[int, float]] = {}
        self._write: Write | None = None
        self._waits = False

    def push(self, frame: Frame) -> bool:
        """Queue an event for this reader; whether it is to be written with `write_out`, a moment later."""
        if self.over or self.resync or self._is_old(frame.event):
            return False
        self._pending.pop(key := self._key(frame.event), None)
        self._pending[key] = frame
        self._urgent |= not may_wait(frame.event)
        if len(self._pending) > self._limit:
            self._pending.clear()
            self.over = "slow-consumer"
        if self._waits and self._write and not self.over:
            return True
        self._wake.set()
        return False

    def write_through(self, write: Write) -> None:
        """From now on, while `take` waits, events go to `write` in place of waking whoever waits, which costs far more."""
        self._write = write

    def write_out(self, chunks: Chunks) -> None:
        """Write what is pending, unless it was taken. What `write` does not take, since its client is slow, is left."""
        if not (self._waits and self._write and self._pending):
            return
        if len(self._pending) <= MOST_AT_ONCE and self._write(chunks.of(tuple(self._pending.values()))):
            self._pending, self._urgent = {}, False
            return
        self._wake.set()

    def stop(self, reason: str) -> None:
        """Nothing more is gathered for this reader; what is pending can still be taken."""
        self.over = reason
        self._wake.set()

    def lose(self) -> None:
        """Events were missed that can no longer be replayed: the reader needs a snapshot."""
        self._pending.clear()
        self.resync = True
        self._wake.set()

    def start_after(self, last: EventId, shown: Mapping[str, tuple[int, float]] | None = None) -> None:
        """The client has been told everything up to `last`, and of each subject the given (version, progress)."""
        # What was lost while the client was being told stays lost: then `resync` holds, and it is told once more.
        self._after, self._shown = last, dict(shown or {})
        waiting, self._pending = list(self._pending.values()), {}
        for frame in waiting:
            self.push(frame)

    async def take(self, seconds: float, gather: float = 0.0) -> list[Frame]:
        """What is pending, oldest first; nothing when that many seconds pass, or it is over, or events were lost.

        With `gather`, what comes in so many seconds after the first is taken with it, unless it is a change of status.
        """
        self._waits = True
        try:
            if not await self._until(seconds, lambda: bool(self._pending)):
                return []
        finally:
            self._waits = False
        if gather:
            await self._until(gather, lambda: self._urgent)
        frames, self._pending, self._urgent = list(self._pending.values()), {}, False
        return frames

    async def _until(self, seconds: float, holds: Callable[[], bool]) -> bool:
        """Whether it holds, or nothing more can come, before that many seconds have passed."""
        try:
            async with asyncio.timeout(seconds):
                while not (holds() or self.over or self.resync):
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            return False
        return True

    def _key(self, event: Event) -> str:
        if event.live:
            return event.subject
        self._number += 1
        return f"#{self._number}"

    def _is_old(self, event: Event) -> bool:
        if self._after and event.id.era == self._after.era and event.id <= self._after:
            return True
        shown = self._shown.get(event.subject) if event.subject else None
        if shown is None:
            return False
        version, progress = shown
        return event.version < version or (event.version == version and event.progress <= progress)


def may_wait(event: Event) -> bool:
    """Whether an event may be gathered with others: it is no change of status."""
    return event.live or event.kind in PATIENT


def encode(id_: str, kind: str, data: bytes) -> bytes:
    """One event in the SSE wire format (WHATWG HTML, section 9.2), with LF line ends and one line of data.

    The id comes last: some clients take it as theirs when its line comes, and would not be told again of an event whose
    connection broke between its id and its end.
    """
    return b"event: %b\ndata: %b\nid: %b\n\n" % (kind.encode(), data, id_.encode())
