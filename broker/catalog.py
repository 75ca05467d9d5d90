"""Which tools exist and which of them a live worker offers. Declarations are kept in SQL; Redis only says who is alive."""

import time
from collections.abc import Iterable, Sequence
from typing import cast

import redis
from sqlalchemy import select

from models.database import Store, insert_or_replace
from models.declaration import Declaration
from models.tables import tool_declarations

LIVE_KEY = "tr:live"
ANNOUNCE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'GT', now + tonumber(ARGV[1]), ARGV[i]) end
redis.call('EXPIRE', KEYS[1], 3600)
"""


def declare(store: Store, declarations: Sequence[Declaration], *, at: float) -> None:
    """Make these the declarations of their tools; others stay as they are."""
    # In the order of names, so that workers that start together wait for each other in no circle.
    ordered = sorted(declarations, key=lambda one: one.name)
    rows = [{"name": one.name, "declaration": one.model_dump(mode="json"), "updated_at": at} for one in ordered]
    with store.write() as tx:
        known = dict(tx.execute(select(tool_declarations.c.name, tool_declarations.c.declaration)).all())
        changed = [row for row in rows if known.get(row["name"]) != row["declaration"]]
        insert_or_replace(tx, tool_declarations, changed)


def announce_live(client: redis.Redis, worker: str, tools: Iterable[str], *, seconds: float) -> None:
    """Say that a worker is alive, and with it these tools, for so many seconds from now on."""
    members = [f"worker {worker}", *(f"tool {name}" for name in tools)]
    client.eval(ANNOUNCE, 1, LIVE_KEY, int(seconds), *members)


class Catalog:
    """What a gateway knows of tools, read again when it is older than a second. Threads may share it."""

    FRESH_SECONDS = 1.0

    def __init__(self, store: Store, client: redis.Redis) -> None:
        self._store = store
        self._client = client
        self._declared: tuple[float, dict[str, Declaration]] = (0.0, {})
        self._live: tuple[float, frozenset[str]] = (0.0, frozenset())

    def declared(self) -> dict[str, Declaration]:
        """Every tool that was ever declared, by name."""
        if time.monotonic() - self._declared[0] > self.FRESH_SECONDS:
            with self._store.read() as tx:
                rows = tx.execute(select(tool_declarations.c.declaration)).scalars().all()
            found = [Declaration.model_validate(row) for row in rows]
            self._declared = (time.monotonic(), {one.name: one for one in found})
        return self._declared[1]

    def live(self) -> frozenset[str]:
        """Names of the tools that a live worker offers. Raises redis.RedisError."""
        return self._members("tool ")

    def workers(self) -> frozenset[str]:
        """Names of the live workers. Raises redis.RedisError."""
        return self._members("worker ")

    def _members(self, prefix: str) -> frozenset[str]:
        if time.monotonic() - self._live[0] > self.FRESH_SECONDS:
            now = self._client.time()[0]
            members = cast(list[bytes], self._client.zrangebyscore(LIVE_KEY, f"({now}", "+inf"))
            self._live = (time.monotonic(), frozenset(member.decode() for member in members))
        return frozenset(member.removeprefix(prefix) for member in self._live[1] if member.startswith(prefix))
