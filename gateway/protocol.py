"""HTTP/1.1 as uvicorn speaks it, with an end to heads, and with ways around it: to drop a connection whose client has stopped
reading, and to write to thousands of connections without waking a task for each."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTION = "toolreel.connection"
HEAD_SECONDS = 30.0
MOST_HEAD_BYTES = 64 * 1024
ANSWER = "HTTP/1.1 {}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}"


class Protocol(HttpToolsProtocol):
    """One connection. A request's head (request line and headers) must come whole within a time and a size.

    A connection that never completes one must not stay, nor fill the memory. The ways around are in the scope.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head_end: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_end and self._head_bytes > MOST_HEAD_BYTES:
            self._refuse("431 Request Header Fields Too Large", f"headers may have at most {MOST_HEAD_BYTES} bytes")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: {"drop": self.transport.abort, "write": self._write}}
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def _write(self, chunk: bytes) -> bool:
        if not self.cycle.chunked_encoding or self.cycle.disconnected or self.flow.write_paused:
            return False
        self.transport.write(chunk)
        return True

    def _begin_head(self) -> None:
        self._end_head()
        self._head_bytes = 0
        self._head_end = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _end_head(self) -> None:
        if self._head_end:
            self._head_end.cancel()
            self._head_end = None

    def _give_up(self) -> None:
        self._refuse("408 Request Timeout", f"headers must come within {HEAD_SECONDS:g} seconds")

    def _refuse(self, status: str, words: str) -> None:
        self._end_head()
        if not self.transport.is_closing():
            self.transport.write(ANSWER.format(status, len(words), words).encode())
            self.transport.close()


def writer_of(scope: Scope) -> Callable[[bytes], bool] | None:
    """What writes a chunk of an answer that has begun straight to its connection, unless its client is slow; None where the
    server has no such way. Only for whoever sends nothing at the same time."""
    extension = (scope.get("extensions") or {}).get(CONNECTION)
    return extension["write"] if extension and scope["method"] != "HEAD" else None


async def drop(scope: Scope, receive: Receive) -> bool:
    """Drop the request's connection with all that was not sent; False where the server has no such way.

    To close it would not do: that waits, for ever, until the client has read what was written before.
    """
    extension = (scope.get("extensions") or {}).get(CONNECTION)
    if extension is None:
        return False
    extension["drop"]()
    while (await receive())["type"] != "http.disconnect":
        pass
    return True
