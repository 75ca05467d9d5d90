"""Thousands of streams that come and go leave a gateway as it was: subscriptions, tasks, file descriptors and memory."""

import asyncio
import gc
import os
import random
import resource
import socket
import stat
import struct
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway import hub
from models.settings import Settings
from tests.program import lacking
from tests.streams.served import Served, served
from tests.wait import wait_until

READERS = 1_000
AT_ONCE = 100
APPS = 50
# As many as anyio runs at once.
THREADS = 40
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Held:
    """What a gateway holds."""

    channels: int
    tasks: int
    files: int
    seats: int


@pytest.fixture
def gateway(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    allow_files(2 * READERS + 500)
    monkeypatch.setattr(hub, "LINGER_SECONDS", 0.2)
    settings = Settings(data=tmp_path, redis_url=redis_url, max_key_streams=5_000, heartbeat_seconds=60)
    with served(settings) as found:
        yield found


def allow_files(number: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        lacking(f"{number} file descriptors are needed, and {hard} allowed here")
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number), hard))


def held(gateway: Served) -> Held:
    return Held(gateway.channels(), gateway.tasks(), len(descriptors()), gateway.gateway.hub.seats.count)


def descriptors() -> list[int]:
    """Those of connections and the like. SQLite keeps some of closed files, for its locks belong to the whole process."""
    found = []
    for place in Path("/dev/fd").iterdir():
        with suppress(OSError):  # the one by which the folder is read
            if not stat.S_ISREG(os.fstat(int(place.name)).st_mode):
                found.append(int(place.name))
    return found


def fill_pools(gateway: Served) -> None:
    """Open every connection to Redis that the threads may ever keep, so that only what leaks is more than before."""
    redis = gateway.gateway.redis.connection_pool
    for connection in [redis.get_connection() for _ in range(THREADS)]:
        redis.release(connection)


def settled(gateway: Served) -> Held:
    """What is held once everyone has left."""
    wait_until(lambda: not gateway.server.server_state.connections, "every connection is closed", 30)
    wait_until(lambda: gateway.gateway.hub.seats.count == 0, "every seat is free")
    wait_until(lambda: gateway.channels() == 0, "nothing is subscribed")
    return held(gateway)


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


def memory() -> int:
    """The bytes that this process has in memory; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * resource.getpagesize() if status.exists() else 0


@asynccontextmanager
async def connection(gateway: Served, app: str, last: str = "") -> AsyncIterator[socket.socket]:
    where = urllib.parse.urlsplit(gateway.url)
    raw = socket.socket()
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(raw, (where.hostname, where.port))
        head = f"GET /{app}/m1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer 1\r\nLast-Event-ID: {last}\r\n\r\n"
        await loop.sock_sendall(raw, head.encode())
        yield raw
    finally:
        raw.close()


async def read_until(raw: socket.socket, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        chunk = await asyncio.get_running_loop().sock_recv(raw, 65536)
        assert chunk, seen
        seen += chunk
    return seen


def reset(raw: socket.socket) -> None:
    """Make its close a reset."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def come_and_go(gateway: Served, count: int, chance: random.Random) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def visit(number: int) -> None:
        async with places, connection(gateway, f"app-{number % APPS}") as raw:
            if chance.random() < 0.7:
                await read_until(raw, b"event: snapshot")
            if chance.random() < 0.5:
                reset(raw)

    async with asyncio.TaskGroup() as visits:
        for number in range(count):
            visits.create_task(visit(number))


async def come_back_together(gateway: Served, count: int) -> None:
    """Everyone reads, all are cut at one moment, and all come back with the id they had."""
    lasts: list[str] = []
    arrived, leave = asyncio.Semaphore(0), asyncio.Event()

    async def read(number: int) -> None:
        async with connection(gateway, f"app-{number % APPS}", lasts[number] if lasts else "") as raw:
            seen = await read_until(raw, b"\n\n\r\n" if not lasts else b'"lines":["7"')
            arrived.release()
            await leave.wait()
            if not lasts:
                found[number] = seen.rpartition(b"\nid: ")[2].partition(b"\n")[0].decode()

    found = [""] * count
    for _ in range(2):
        leave.clear()
        async with asyncio.TaskGroup() as readers:
            for number in range(count):
                readers.create_task(read(number))
            for _ in range(count):
                await arrived.acquire()
            if not lasts:
                for app in range(APPS):
                    await asyncio.to_thread(gateway.write, f"app-{app}", 7)
            leave.set()
        lasts = found


@contextmanager
def nothing_left(gateway: Served, streams: int) -> Iterator[None]:
    """So many streams within leave the gateway as it was, and not one object each. What is kept for good came before."""
    fill_pools(gateway)
    before, objects_before, memory_before = settled(gateway), objects(), memory()
    yield
    assert settled(gateway) == before
    assert objects() - objects_before < streams / 2
    assert memory() - memory_before < 16 * MEBIBYTE


def test_five_thousand_that_come_and_go_leave_nothing(gateway: Served) -> None:
    chance = random.Random(3)
    # The allocator keeps what it once needed: only from some thousands on does memory stand still unless something leaks.
    asyncio.run(come_and_go(gateway, 2_500, chance))
    with nothing_left(gateway, 5_000):
        asyncio.run(come_and_go(gateway, 5_000, chance))


def test_a_thousand_readers_that_all_come_back_at_once_leave_nothing(gateway: Served) -> None:
    asyncio.run(come_back_together(gateway, READERS))
    with nothing_left(gateway, 2 * READERS):
        asyncio.run(come_back_together(gateway, READERS))
