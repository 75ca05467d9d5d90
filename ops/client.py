"""A small HTTP client of the gateway, for the commands. One connection, kept open."""

import http.client
import json
import time
import urllib.parse
from typing import Any, Self

from ops.errors import OpsError

BUSY = (429, 503)
TRIES = 60
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.5


class Client:
    """Calls a gateway with a key. Waits and tries again while the gateway is busy or away; not safe between threads."""

    def __init__(self, url: str, key: str = "", *, tries: int = TRIES, patience: float = PATIENCE_SECONDS) -> None:
        self._url = urllib.parse.urlsplit(url)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise OpsError(f"{url!r} is no address of a gateway; give one like http://127.0.0.1:8000")
        self._key = key
        self._tries = tries
        self._patience = patience
        self._connection: http.client.HTTPConnection | None = None

    def read(self, method: str, path: str, body: object = None) -> bytes:
        """The answer's bytes. Raises OpsError when the gateway refuses, or does not answer after many tries."""
        status, answer = 0, b"no answer"
        for attempt in range(self._tries):
            if attempt:
                time.sleep(PAUSE_SECONDS)
            try:
                status, answer = self.exchange(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                status, answer = 0, str(error).encode()
                continue
            if status not in BUSY:
                break
        if 200 <= status < 300:
            return answer
        raise OpsError(f"{method} {path}: {status or 'no answer'} {answer[:500].decode(errors='replace')}")

    def json(self, method: str, path: str, body: object = None) -> Any:
        """The answer, decoded."""
        return json.loads(self.read(method, path, body))

    def exchange(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """One request: the status and the body. Raises OSError or HTTPException when there is no connection."""
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        content = None if body is None else json.dumps(body).encode()
        connection = self._connection = self._connection or self._connect()
        try:
            connection.request(method, self._url.path.rstrip("/") + path, content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        return kind(self._url.hostname or "", self._url.port, timeout=self._patience)
