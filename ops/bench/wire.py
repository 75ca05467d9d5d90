"""HTTP/1.1 over a plain socket, as cheap as it gets, so that the client is never what is measured."""

import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ops.errors import OpsError

RECEIVE_BYTES = 256 * 1024
ANSWER_SECONDS = 30.0
HEAD_END = b"\r\n\r\n"


class Door:
    """One kept connection to a gateway. `send` and `answer` are apart, so that requests on many doors overlap."""

    def __init__(self, url: str, key: str) -> None:
        self._host = urlsplit(url).netloc
        self._url = url
        self._key = key
        self.socket = _connect(url)
        self._buffer = b""

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        """Send a request; on a connection of its own when the server has closed this one, which was idle for long."""
        if self._has_ended():
            self.socket.close()
            self.socket = _connect(self._url)
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._host}",
            f"Authorization: Bearer {self._key}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        self.socket.sendall("\r\n".join(lines).encode() + HEAD_END + body)

    def answer(self) -> bytes:
        """The body of the next answer. Raises OpsError when it is a refusal or does not come."""
        status, headers = self.head()
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            self._buffer += self._receive()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        if not 200 <= status < 300:
            raise OpsError(f"the gateway answered {status}: {body[:300].decode(errors='replace')}")
        return body

    def _has_ended(self) -> bool:
        """Whether the server has closed this connection: nothing else is there to be read before a request."""
        looking = select.poll()
        looking.register(self.socket, select.POLLIN)
        return bool(looking.poll(0))

    def head(self) -> tuple[int, dict[str, str]]:
        """The status and the headers of the next answer, their names in lower case."""
        while HEAD_END not in self._buffer:
            self._buffer += self._receive()
        head, _, self._buffer = self._buffer.partition(HEAD_END)
        first, *lines = head.decode().split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, value in pairs}

    def take(self) -> bytes:
        """What was received beyond the last answer."""
        rest, self._buffer = self._buffer, b""
        return rest

    def close(self) -> None:
        self.socket.close()

    def _receive(self) -> bytes:
        try:
            data = self.socket.recv(RECEIVE_BYTES)
        except OSError as error:
            raise OpsError(f"the gateway does not answer: {error}") from error
        if not data:
            raise OpsError("the gateway closed the connection")
        return data


def open_stream(url: str, key: str, path: str) -> tuple[socket.socket, bytes]:
    """An event stream that is open: its socket, and what has come on it already. Raises OpsError."""
    door = Door(url, key)
    door.send("GET", path)
    status, headers = door.head()
    if status != 200 or headers.get("transfer-encoding") != "chunked":
        raise OpsError(f"{path} is no event stream: {status}")
    return door.socket, door.take()


class Chunks:
    """Undoes the chunked transfer coding (RFC 9112, section 7.1) of a body that comes in pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> bytes:
        """What is complete of the body with these bytes."""
        self._buffer += data
        return b"".join(self._complete())

    def _complete(self) -> Iterator[bytes]:
        while (end := self._buffer.find(b"\r\n")) >= 0:
            begin, size = end + 2, int(self._buffer[:end], 16)
            if len(self._buffer) < begin + size + 2:
                return
            yield bytes(self._buffer[begin : begin + size])
            del self._buffer[: begin + size + 2]


@dataclass(frozen=True)
class Told:
    """An event of a stream."""

    kind: str
    data: bytes


class Events:
    """Cuts the text of an event stream into events, as far as a gateway's framing goes: LF or CRLF, one line of data."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Told]:
        *blocks, self._buffer = (self._buffer + data).replace(b"\r\n", b"\n").split(b"\n\n")
        return [_told(block) for block in blocks]


def _told(block: bytes) -> Told:
    fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
    return Told(fields.get(b"event", b"").decode(), fields.get(b"data", b""))


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    try:
        connection = socket.create_connection((parts.hostname, parts.port), timeout=ANSWER_SECONDS)
    except OSError as error:
        raise OpsError(f"no connection to {parts.netloc}: {error}") from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
