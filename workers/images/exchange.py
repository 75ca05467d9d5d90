"""One HTTP request and its answer, carried by a thread of its own, so that whoever waits for it is free twice a second."""

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from models.errors import ProviderFailed

TICK_SECONDS = 0.5
CONNECT_SECONDS = 10.0
MOST_BYTES = 64 * 1024 * 1024
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


@dataclass(frozen=True)
class Head:
    """How an answer begins."""

    status: int
    headers: Mapping[str, str]


class Exchange:
    """A POST of JSON. The request is under way as long as the `with` lasts.

    `tick` is called with every piece of the answer, and twice a second while there is none; what it raises ends the
    request. Reading raises httpx.HTTPError when the server cannot be reached or hangs up, ProviderFailed over 64 MiB.
    """

    def __init__(
        self, url: str, headers: Mapping[str, str], body: object, *, seconds: float, tick: Callable[[], None]
    ) -> None:
        self._url = url
        # An encoded answer could be small on the way and huge here.
        self._headers = {**headers, "Content-Type": "application/json", "Accept-Encoding": "identity"}
        self._body = json.dumps(body).encode()
        self._timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        self._tick = tick
        self._said: queue.SimpleQueue[Head | bytes | Exception | None] = queue.SimpleQueue()
        self._stream: Any = None
        self._is_over = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._talk, name="image-api", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._hang_up()

    def head(self) -> Head:
        """The answer's status and headers. Read it first."""
        head = self._take()
        if not isinstance(head, Head):
            raise httpx.RemoteProtocolError("the answer has no head")
        return head

    def chunks(self) -> Iterator[bytes]:
        """The answer's body as it comes."""
        while isinstance(chunk := self._take(), bytes):
            yield chunk

    def body(self) -> bytes:
        return b"".join(self.chunks())

    def _take(self) -> Head | bytes | None:
        while True:
            self._tick()
            try:
                said = self._said.get(timeout=TICK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(said, Exception):
                raise said
            return said

    def _talk(self) -> None:
        try:
            self._exchange()
        except Exception as error:
            # It is raised where somebody waits for it.
            self._said.put(error)
            return
        self._said.put(None)

    def _exchange(self) -> None:
        with (
            httpx.Client(trust_env=False, timeout=self._timeout) as client,
            client.stream(
                "POST", self._url, content=self._body, headers=self._headers, extensions={"trace": self._trace}
            ) as response,
        ):
            self._said.put(Head(response.status_code, response.headers))
            size = 0
            for chunk in response.iter_raw():
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ProviderFailed(f"The image API answered with more than {MOST_BYTES} bytes.")
                self._said.put(chunk)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpx tells of its connection: the only way to its socket before an answer has begun."""
        if event in _CONNECTED:
            self._stream = info["return_value"]
            if self._is_over:
                self._hang_up()

    def _hang_up(self) -> None:
        """Wake the thread from its waiting, if it still does; it then ends by itself and closes what it opened."""
        connection = self._stream and self._stream.get_extra_info("socket")
        if connection is None:
            return
        try:
            # The plain method: that of a TLS socket would change what the thread is reading from.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:
            # It is closed already.
            return
