"""A process that watches event streams: `python -m ops.bench.watcher`. It notes when what arrived, and parses after that.

The first line of standard input says what to watch: `{"url", "key", "paths", "tally", "seconds"}`. Each further line
`{"until", "count"}` asks for a report, given as one line of JSON as soon as `count` events of the class `until` have come
since the last report: `final` (a call's last word), `noted` (one with a note), a status like `paused`, or `any`. It gives
up when nothing at all came for those seconds. With `tally` events are only counted; where a request has `"arrivals": true`,
its report says of the first, second, ... event of a stream when it came on each of the streams, by the time at which the
system said that there was something to read.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from ops.bench.wire import RECEIVE_BYTES, Chunks, Events, Told, open_stream
from ops.errors import OpsError

FINAL = ("succeeded", "failed", "cancelled")
DATA = b"\ndata: "


@dataclass
class Record:
    """What came since the last report."""

    marks: list[list[Any]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    last: int = 0
    arrivals: list[list[int]] | None = None

    def note(self, at: int, event: Told) -> None:
        """Keep `[nanoseconds, call, status, note]` of a call's event; `at` is the monotonic clock's."""
        if event.kind == "end":
            raise OpsError(f"the gateway ended a stream that is measured: {event.data.decode()}")
        self.count(at, 1)
        if event.kind != "tool_call":
            return
        call = orjson.loads(event.data)
        note = call.get("detail", call).get("note")
        self.seen["final"] += call["status"] in FINAL
        self.seen["noted"] += note is not None
        self.seen[call["status"]] += 1
        self.marks.append([at, call["id"], call["status"], note])

    def count(self, at: int, events: int) -> None:
        self.seen["any"] += events
        self.last = at

    def arrive(self, at: int, first: int, events: int) -> None:
        """Events of one stream, of which `first` have come before."""
        if self.arrivals is None:
            return
        while len(self.arrivals) < first + events:
            self.arrivals.append([])
        for number in range(first, first + events):
            self.arrivals[number].append(at)

    def reached(self, goal: dict[str, Any] | None) -> bool:
        return goal is not None and self.seen[goal["until"]] >= goal["count"]

    def shortfall(self, goal: dict[str, Any], seconds: float) -> str:
        """What is missing, in words."""
        got, last = self.seen[goal["until"]], self.marks[-1][1:3] if self.marks else "none"
        return f"nothing came for {seconds:g} s after {got} of {goal['count']} events ({goal['until']}; last: {last})"

    def report(self) -> str:
        told = {"marks": self.marks, "events": self.seen["any"], "last": self.last, "arrivals": self.arrivals}
        return orjson.dumps(told).decode()


class Stream:
    """One open stream and the decoding of what comes on it."""

    def __init__(self, connection: socket.socket, *, tally: bool) -> None:
        self.socket = connection
        self._chunks = Chunks()
        self._events = Events()
        self._tally = tally
        self._cut = b""
        self._arrived = 0
        self._told: Record | None = None

    def receive(self, ready: int, record: Record) -> None:
        """Take what there is to read since `ready`."""
        data = self.socket.recv(RECEIVE_BYTES)
        at = time.monotonic_ns() if record.arrivals is None else ready
        if not data:
            raise OpsError("the gateway closed a stream that is measured")
        self.feed(at, data, record)

    def feed(self, at: int, data: bytes, record: Record) -> None:
        if self._tally:
            self._count(at, self._begun(data), record)
            return
        for event in self._events.feed(self._chunks.feed(data)):
            record.note(at, event)

    def _count(self, at: int, events: int, record: Record) -> None:
        if record is not self._told:
            self._told, self._arrived = record, 0
        record.count(at, events)
        record.arrive(at, self._arrived, events)
        self._arrived += events

    def _begun(self, data: bytes) -> int:
        """How many events have come as far as their data with these bytes; heartbeats have none."""
        data = self._cut + data
        self._cut = data[1 - len(DATA) :]
        return data.count(DATA)


class Watch:
    """The loop over the streams and over what is asked on standard input."""

    def __init__(self, streams: list[Stream], seconds: float) -> None:
        self._seconds = seconds
        self._record = Record()
        self._goal: dict[str, Any] | None = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(sys.stdin.buffer, selectors.EVENT_READ, None)
        for stream in streams:
            self._selector.register(stream.socket, selectors.EVENT_READ, stream)

    def run(self) -> None:
        """Until standard input ends."""
        while True:
            ready = self._selector.select(self._seconds)
            at = time.monotonic_ns()
            if not ready and self._goal:
                raise OpsError(self._record.shortfall(self._goal, self._seconds))
            for key, _ in ready:
                if key.data is not None:
                    key.data.receive(at, self._record)
                elif not self._asked():
                    return
            self._report_when_reached()

    def _asked(self) -> bool:
        line = sys.stdin.buffer.readline()
        self._goal = json.loads(line) if line else None
        if self._goal and self._goal.get("arrivals"):
            self._record.arrivals = []
        return bool(line)

    def _report_when_reached(self) -> None:
        if self._record.reached(self._goal):
            print(self._record.report(), flush=True)
            self._record, self._goal = Record(), None


def main() -> None:
    task = json.loads(sys.stdin.buffer.readline())
    try:
        streams = [_open(task, path) for path in task["paths"]]
        print(json.dumps({"ready": len(streams)}), flush=True)
        Watch(streams, task["seconds"]).run()
    except OpsError as error:
        print(json.dumps({"error": str(error)}), flush=True)


def _open(task: dict[str, Any], path: str) -> Stream:
    connection, rest = open_stream(task["url"], task["key"], path)
    stream = Stream(connection, tally=task["tally"])
    snapshot = Record()
    while not snapshot.seen["any"]:
        stream.feed(time.monotonic_ns(), rest or connection.recv(RECEIVE_BYTES), snapshot)
        rest = b""
    return stream


if __name__ == "__main__":
    main()
