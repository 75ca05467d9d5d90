"""Requests as bytes on a socket: what no client library would send, too."""

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.gateway.conftest import KEY

JSON = "application/json"
# By the word that a request is made with. None sends no Authorization at all.
KEYS: dict[str, str | None] = {
    "good": f"Bearer {KEY}",
    "none": None,
    "wrong": f"Bearer {KEY}x",
    "empty": "Bearer ",
    "bare": KEY,
    "basic": f"Basic {KEY}",
    "not ASCII": "Bearer ключ",
}


@dataclass(frozen=True)
class Request:
    """A request's bytes; `{key}` in them becomes the good key."""

    content: bytes
    # The client says at once that no more will come, like one that was cut off.
    cut_off: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where the connection was closed without a word."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    method: str, path: str, body: bytes | str = b"", key: str = "good", kind: str = JSON, **headers: str
) -> Request:
    """A request that is well-formed as HTTP. Header names are given with _ for -."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Host": "gateway", "Connection": "close", "Content-Length": str(len(content)), "Content-Type": kind}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    if KEYS[key] is not None:
        fields["Authorization"] = str(KEYS[key])
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return Request(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content)


def raw(content: str | bytes, *, cut_off: bool = False) -> Request:
    """A request byte for byte, with LF for CRLF in a text."""
    return Request(content.replace("\n", "\r\n").encode() if isinstance(content, str) else content, cut_off)


def streamed(method: str, path: str, pieces: int, piece: bytes, kind: str = JSON) -> Request:
    """A body of unknown length."""
    head = f"{method} {path} HTTP/1.1\nHost: gateway\nAuthorization: Bearer {{key}}\nContent-Type: {kind}\n"
    chunk = b"%x\r\n%b\r\n" % (len(piece), piece)
    whole = f"{head}Connection: close\nTransfer-Encoding: chunked\n\n".replace("\n", "\r\n").encode()
    return Request(whole + chunk * pieces + b"0\r\n\r\n")


def send(url: str, request: Request) -> Answer:
    """Send a request and take its first answer that is not 100."""
    where = urlsplit(url)
    with socket.create_connection((str(where.hostname), where.port or 80), timeout=20) as connection:
        connection.sendall(request.content.replace(b"{key}", KEY.encode()))
        if request.cut_off:
            connection.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(connection)
        try:
            answer.begin()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except (ConnectionError, http.client.BadStatusLine):
            return Answer(0, {}, b"")
        finally:
            answer.close()
