"""An event stream, read in a thread of its own so that each event has the time at which it really came."""

import contextlib
import http.client
import json
import queue
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ops.errors import OpsError

SILENCE_SECONDS = 45.0


class Event(NamedTuple):
    """An event and when it came, by the monotonic clock."""

    kind: str
    data: dict[str, Any]
    at: float


class Feed:
    """The events of one address. `with Feed(url, key, path) as feed` returns once the server has answered."""

    def __init__(self, url: str, key: str, path: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SILENCE_SECONDS)
        self._path = path
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        self._came: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Feed":
        self._connection.connect()
        self._socket = self._connection.sock
        self._connection.request("GET", self._path, headers=self._headers)
        answer = self._connection.getresponse()
        if answer.status != 200:
            raise OpsError(f"the event stream {self._path} was refused: {answer.status} {answer.reason}")
        threading.Thread(target=self._read, args=(answer,), name="feed", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # the server may have closed it already
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def take(self, seconds: float) -> list[Event]:
        """What came since the last time; waits up to `seconds` for a first one. Raises OpsError when the stream ended."""
        events = []
        try:
            event = self._came.get(timeout=seconds) if seconds else self._came.get_nowait()
            while event is not None:
                events.append(event)
                event = self._came.get_nowait()
        except queue.Empty:
            return events
        raise OpsError("the event stream ended before the calls did")

    def _read(self, answer: http.client.HTTPResponse) -> None:
        try:
            for kind, data in parse(answer):
                self._came.put(Event(kind, data, time.monotonic()))
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass  # the stream broke, or was closed here in the middle of a chunk, which http.client answers in all these ways
        self._came.put(None)


def parse(lines: Iterable[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of an SSE stream, as (kind, data); comments, `id` and `retry` are passed over."""
    kind, data = "message", b""
    for line in lines:
        field, _, value = line.rstrip(b"\r\n").partition(b":")
        if field == b"event":
            kind = value.strip().decode()
        elif field == b"data":
            data += value
        elif not line.strip() and data:
            yield kind, json.loads(data)
            kind, data = "message", b""
