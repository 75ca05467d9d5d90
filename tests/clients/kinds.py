"""Real clients of event streams, each as something that was started and gathers what it is told."""

import asyncio
import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import httpx
import httpx_sse
from aiohttp_sse_client.client import EventSource

HEADERS = {"Accept": "text/event-stream"}


@dataclass(frozen=True)
class Told:
    """One event, as the client gave it."""

    id: str
    event: str
    data: str

    @property
    def content(self) -> Any:
        return json.loads(self.data)


class Client(Protocol):
    """Reads a stream until it is closed, and comes back by itself whenever the connection breaks."""

    def told(self) -> list[Told]: ...

    def close(self) -> None: ...


@dataclass
class Gathering:
    """A client that runs in a thread. It ends after `close` as soon as its connection breaks."""

    read: Callable[["Gathering", str], None]
    url: str
    closed: threading.Event = field(default_factory=threading.Event)
    _told: list[Told] = field(default_factory=list)

    def start(self) -> "Gathering":
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    @property
    def last(self) -> dict[str, str]:
        """The header to come back with."""
        return {"Last-Event-ID": self._told[-1].id} if self._told else {}

    def add(self, id_: str | None, event: str | None, data: str) -> None:
        self._told.append(Told(id_ or "", event or "", data))

    def told(self) -> list[Told]:
        return list(self._told)

    def close(self) -> None:
        self.closed.set()

    def join(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self.closed.is_set():
            self.read(self, self.url)
            self.closed.wait(0.2)


def read_with_httpx(gathering: Gathering, url: str) -> None:
    try:
        with (
            httpx.Client(timeout=10, headers=gathering.last) as client,
            httpx_sse.connect_sse(client, "GET", url) as source,
        ):
            for event in source.iter_sse():
                gathering.add(event.id, event.event, event.data)
    except httpx.TransportError:
        # The connection broke; it comes back with the last id.
        return


def read_with_aiohttp(gathering: Gathering, url: str) -> None:
    async def read() -> None:
        async with EventSource(url, headers=dict(gathering.last)) as source:
            async for event in source:
                gathering.add(event.last_event_id, event.type, event.data)

    try:
        asyncio.run(read())
    except (aiohttp.ClientError, OSError):
        # The same.
        return


def read_with_curl(gathering: Gathering, url: str) -> None:
    """curl as a script uses it: the events as text, the last id kept by hand."""
    headers = [word for pair in {**HEADERS, **gathering.last}.items() for word in ("-H", ": ".join(pair))]
    with subprocess.Popen(["curl", "-sN", "--max-time", "100", *headers, url], stdout=subprocess.PIPE) as process:
        assert process.stdout
        fields: dict[str, str] = {}
        for line in process.stdout:
            if line == b"\n":
                gathering.add(fields.get("id"), fields.get("event"), fields["data"])
                fields = {}
            elif line.endswith(b"\n") and not line.startswith(b":"):
                name, _, value = line.decode()[:-1].partition(": ")
                fields[name] = value


class Script:
    """A client that runs in Node and prints each event as a line of JSON."""

    def __init__(self, command: list[str]) -> None:
        self._told: list[Told] = []
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def told(self) -> list[Told]:
        return list(self._told)

    def close(self) -> None:
        self._process.kill()
        self._thread.join(20)
        self._process.wait(20)

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._told.append(Told(**json.loads(line)))


class Page:
    """A client that runs in a browser's page, and gathers in its variable `told`."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        page.goto(url)

    def told(self) -> list[Told]:
        return [Told(**one) for one in self.page.evaluate("told")]

    def close(self) -> None:
        self.page.close()
