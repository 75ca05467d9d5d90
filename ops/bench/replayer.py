"""A process of many readers that lose their streams and come back: `python -m ops.bench.replayer`.

The first line of standard input says what to read: `{"url", "key", "path", "readers", "seconds"}`. Each reader has a
stream open until it has its first event, then loses it. Each further line `{"count"}` makes all come back at once with
the id of the last event that they have, and is answered with `{"begun", "last", "wrong"}` as soon as each has so many
events, and has lost its stream again: when the first began to connect, when the last event came, and how many readers
do not have events numbered on from their last one, each once and in order.
"""

import json
import re
import selectors
import socket
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from ops.bench.watcher import DATA
from ops.bench.wire import HEAD_END, RECEIVE_BYTES, Chunks, open_stream
from ops.errors import OpsError

EVENT_ID = re.compile(rb"(?:^|\n)id: ([^\n]+)\n")
NUMBER = re.compile(rb'"number":(\d+)')


class Returning:
    """The stream of a reader that comes back: connects, asks, receives."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(address)
        self.count = 0
        self._request = request
        self._received: list[bytes] = []
        self._cut = b""

    def send(self) -> None:
        """To be called when the socket can be written to, which it can when it is connected."""
        self.socket.send(self._request)

    def receive(self) -> int:
        """How many events have come as far as their data with what there is to read."""
        data = self.socket.recv(RECEIVE_BYTES)
        if not data:
            raise OpsError("the gateway closed a stream that came back")
        self._received.append(data)
        data = self._cut + data
        self._cut = data[1 - len(DATA) :]
        events = data.count(DATA)
        self.count += events
        return events

    def text(self) -> bytes:
        """What came, as an event stream. Raises OpsError when the answer was a refusal."""
        head, _, body = b"".join(self._received).partition(HEAD_END)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise OpsError(f"a reader that came back was refused: {head.decode(errors='replace')}")
        return Chunks().feed(body)


class Reader:
    """What one reader knows: the id of the last event it has, and that event's number."""

    def __init__(self, text: bytes) -> None:
        self.last_id = last_id(text)
        self._number = 0

    def went_on(self, text: bytes, count: int) -> bool:
        """Take what came since; whether it was exactly so many events, numbered on from the last one."""
        numbers = [int(number) for number in NUMBER.findall(text)]
        expected = list(range(self._number + 1, self._number + count + 1))
        self.last_id, self._number = last_id(text), self._number + count
        return numbers == expected and text.count(DATA) == count


class Crowd:
    """All readers of one path."""

    def __init__(self, task: dict[str, Any]) -> None:
        parts = urlsplit(task["url"])
        self._address = (str(parts.hostname), int(parts.port or 80))
        lines = (f"GET {task['path']} HTTP/1.1", f"Host: {parts.netloc}", f"Authorization: Bearer {task['key']}")
        self._head = "\r\n".join((*lines, "Last-Event-ID: "))
        self._seconds = task["seconds"]
        self._readers = [Reader(first_event(task)) for _ in range(task["readers"])]

    def come_back(self, count: int) -> dict[str, int]:
        begun = time.monotonic_ns()
        streams = [Returning(self._address, self._request(reader)) for reader in self._readers]
        last = self._receive(streams, count * len(streams))
        pairs = zip(self._readers, streams, strict=True)
        wrong = sum(not reader.went_on(stream.text(), count) for reader, stream in pairs)
        for stream in streams:
            stream.socket.close()
        return {"begun": begun, "last": last, "wrong": wrong}

    def _request(self, reader: Reader) -> bytes:
        return self._head.encode() + reader.last_id + HEAD_END

    def _receive(self, streams: list[Returning], missing: int) -> int:
        """When the last of the missing events came. Raises OpsError when nothing comes for some seconds."""
        with selectors.DefaultSelector() as selector:
            for stream in streams:
                selector.register(stream.socket, selectors.EVENT_WRITE, stream)
            while missing > 0:
                ready = selector.select(self._seconds)
                if not ready:
                    raise OpsError(f"readers that came back miss {missing} events after {self._seconds:g} s")
                for key, events in ready:
                    if events & selectors.EVENT_WRITE:
                        key.data.send()
                        selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
                    else:
                        missing -= key.data.receive()
            return time.monotonic_ns()


def first_event(task: dict[str, Any]) -> bytes:
    """The text of a new stream as far as its first event, of which it is closed."""
    connection, rest = open_stream(task["url"], task["key"], task["path"])
    chunks = Chunks()
    text = chunks.feed(rest)
    with connection:
        while DATA not in text or not text.endswith(b"\n\n"):
            text += chunks.feed(connection.recv(RECEIVE_BYTES))
    return text


def last_id(text: bytes) -> bytes:
    found: list[bytes] = EVENT_ID.findall(text)
    return found[-1]


def main() -> None:
    task = json.loads(sys.stdin.readline())
    try:
        crowd = Crowd(task)
        print(json.dumps({"ready": task["readers"]}), flush=True)
        for line in sys.stdin:
            print(json.dumps(crowd.come_back(json.loads(line)["count"])), flush=True)
    except OpsError as error:
        print(json.dumps({"error": str(error)}), flush=True)


if __name__ == "__main__":
    main()
