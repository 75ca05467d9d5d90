"""A client of the event stream as strict as a browser's: it parses the wire format and knows its last event id."""

import http.client
import json
import socket
import threading
import urllib.parse
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Told:
    """One event as a client gets it."""

    id: str | None
    event: str
    data: Any


@dataclass
class Stream:
    """Connects in a thread and gathers what is told, over as many connections as `cut` makes necessary."""

    url: str
    path: str
    key: str
    told: list[Told] = field(default_factory=list)
    last: str | None = None
    ended: str | None = None
    _connection: http.client.HTTPConnection | None = None
    _thread: threading.Thread | None = None

    def open(self) -> "Stream":
        """Connect, going on after the last event id."""
        where = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "text/event-stream"}
        if self.last:
            headers["Last-Event-ID"] = self.last
        connection.request("GET", self.path, headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            body = answer.read()
            connection.close()
            raise AssertionError(body)
        assert answer.headers["content-type"].startswith("text/event-stream")
        self._connection, self.ended = connection, None
        self._thread = threading.Thread(target=self._read, args=(answer,), daemon=True)
        self._thread.start()
        return self

    def cut(self) -> None:
        """Lose the connection at whatever point it is."""
        assert self._connection is not None and self._thread is not None
        if self._connection.sock:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._connection.close()

    def join(self) -> None:
        """Wait until the server has closed the stream."""
        assert self._connection is not None and self._thread is not None
        self._thread.join(30)
        assert not self._thread.is_alive(), "the server did not close the stream"
        self._connection.close()

    def of(self, event: str) -> list[Told]:
        return [one for one in list(self.told) if one.event == event]

    def _read(self, answer: http.client.HTTPResponse) -> None:
        fields: dict[str, str] = {}
        try:
            for raw in iter(answer.readline, b""):
                assert raw.endswith(b"\n") and b"\r" not in raw, raw
                line = raw[:-1].decode()
                if line.startswith(":"):
                    assert line == ":", line
                elif line:
                    name, _, value = line.partition(": ")
                    assert name not in fields, "one line of each field"
                    fields[name] = value
                elif fields:
                    self._dispatch(fields)
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError):
            # The connection was cut; what came in one piece was told.
            return
        finally:
            answer.close()

    def _dispatch(self, fields: dict[str, str]) -> None:
        data = json.loads(fields["data"])
        self.last = fields.get("id", self.last)
        if fields["event"] == "end":
            self.ended = data["reason"]
        self.told.append(Told(fields.get("id"), fields["event"], data))
