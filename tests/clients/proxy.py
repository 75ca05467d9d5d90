"""A proxy that breaks streams at chosen bytes, adds the key that a browser's EventSource cannot send, and serves pages."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

RECEIVE_BYTES = 16 * 1024
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Break:
    """After so many bytes of an answer its connection breaks, cleanly or by a reset.

    With `in_end` it breaks at the next event's end, between the two line feeds there; else never just there.
    """

    after: int
    reset: bool
    in_end: bool = False


def breaks(seed: int, count: int, most: int, *, in_end: bool) -> list[Break]:
    """Points of chance. The first connection lives long enough for a snapshot; some later ones not even for a head."""
    chance = random.Random(seed)
    sizes = [
        chance.randrange(2_000, most),
        *(chance.randrange(most) for _ in range(count - 4)),
        0,
        chance.randrange(300),
    ]
    planned = [Break(size, chance.random() < 0.5) for size in sizes]
    planned.insert(3, Break(chance.randrange(most), reset=False, in_end=in_end))
    return planned


class Proxy:
    """Listens on a port of its own in front of a gateway. Each stream that is asked for uses up one break."""

    def __init__(self, gateway: str, key: str, folders: dict[str, Path], plan: Iterable[Break] = ()) -> None:
        self._host, self._port = gateway.removeprefix("http://").split(":")
        self._key = key
        self._folders = folders
        self._plan = list(plan)
        self.broken = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._ask(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def left(self) -> int:
        """How many breaks are still to come."""
        return len(self._plan)

    def close(self) -> None:
        self._ask(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _ask(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode().partition("?")[0]
            folder, _, rest = path.lstrip("/").partition("/")
            if folder in self._folders:
                writer.write(_file(self._folders[folder] / rest))
                await writer.drain()
                return
            await self._pass(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            # One side has gone; the other is closed below.
            return
        finally:
            writer.close()

    async def _pass(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_gateway, to_gateway = await asyncio.open_connection(self._host, self._port)
        to_gateway.write(self._with_key(head))
        plan = self._plan.pop(0) if self._plan and b"/events" in head.split(b"\r\n")[0] else None
        leaving = asyncio.create_task(reader.read())
        telling = asyncio.create_task(self._tell(from_gateway, writer, plan))
        try:
            await asyncio.wait({leaving, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            telling.cancel()
            await asyncio.gather(leaving, telling, return_exceptions=True)
            to_gateway.transport.abort()

    def _with_key(self, head: bytes) -> bytes:
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"host:"))]
        lines[1:1] = [b"Host: " + self._host.encode(), b"Connection: close"]
        if not any(line.lower().startswith(b"authorization:") for line in lines):
            lines.insert(1, f"Authorization: Bearer {self._key}".encode())
        return b"\r\n".join(lines)

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, plan: Break | None) -> None:
        told = 0
        while data := await reader.read(RECEIVE_BYTES):
            end = _end_of(data, told, plan) if plan else None
            writer.write(data[:end])
            await writer.drain()
            told += len(data)
            if plan and end is not None:
                self.broken += 1
                self._break(writer, plan)
                return

    def _break(self, writer: asyncio.StreamWriter, plan: Break) -> None:
        if plan.reset:
            raw = cast(socket.socket, writer.get_extra_info("socket"))
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


def _end_of(data: bytes, told: int, plan: Break) -> int | None:
    """Where to break in this piece of an answer; None when not in it."""
    left = max(0, plan.after - told)
    if plan.in_end:
        found = data.find(b"\n\n", left)
        return found + 1 if found >= 0 else None
    if left >= len(data):
        return None
    return left - 1 if data[:left].endswith(b"\n") else left


def _file(place: Path) -> bytes:
    if not place.exists():
        place = place.with_name(place.name + ".js")
    if not place.exists():
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    content = place.read_bytes()
    kind = TYPES.get(place.suffix, "application/octet-stream")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    return head.encode() + content
