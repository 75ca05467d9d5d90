"""A door between a client and a real server, which a test can shut, open again, or leave open with nobody behind it."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit


class Door:
    """Use as a context manager. `url` leads through the door to the server at the URL that it was made for."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._behind = (str(parts.hostname), int(parts.port or 6379))
        self._listener = _listener(0)
        self._port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._behaviour: Callable[[socket.socket], None] = self._join
        self.visits = 0
        login = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self._port}"))
        self._serve()

    def __enter__(self) -> "Door":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()

    def shut(self) -> None:
        """Break all connections and refuse new ones, like a server that is gone."""
        _close(self._listener)
        self._drop()

    def open(self) -> None:
        """Let connections through again."""
        self.shut()
        self._behaviour = self._join
        self._listener = _listener(self._port)
        self._serve()

    def hush(self) -> None:
        """Take connections and answer nothing, like a server that hangs."""
        self._behaviour = self._keep
        self._drop()

    def slam(self) -> None:
        """Take connections and break them off at once; `visits` counts them."""
        self._behaviour = _close
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            for connection in self._connections:
                _close(connection)
            self._connections.clear()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.visits += 1
            self._behaviour(client)

    def _keep(self, *connections: socket.socket) -> None:
        with self._lock:
            self._connections += connections

    def _join(self, client: socket.socket) -> None:
        server = socket.create_connection(self._behind)
        self._keep(client, server)
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=_carry, args=(source, target), daemon=True).start()


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(50)
    return listener


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _close(source)
    _close(target)


def _close(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
