"""What is done to a stack: processes are killed, stopped for a while or told to end, Redis and the database are broken."""

import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from sqlalchemy.exc import SQLAlchemyError

from models.database import Store
from ops.chaos.diary import Diary
from ops.chaos.victims import children, family, tell, thaw
from ops.local.stack import GATEWAY, Stack

WORKER, REDIS = "files", "redis"
RECONCILERS = ("recovery", "beat")
TICK_SECONDS = 0.05
EVERY_SECONDS = (0.4, 2.0)
SEVER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Harm:
    """Does one thing after another, each for its own time, until it is told to stop; then everything goes on again."""

    def __init__(self, stack: Stack, store: Store, chance: random.Random, diary: Diary, *, lease: float) -> None:
        self._stack = stack
        self._store = store
        self._chance = chance
        self._diary = diary
        self._lease = lease
        self._undo: list[tuple[float, Callable[[], None]]] = []
        self._deeds: dict[Callable[[], None], int] = {
            self._kill_child: 8,
            self._stop_child: 5,
            self._kill_worker: 2,
            self._end_worker: 3,
            self._lose_machine: 2,
            self._stop_machine: 3,
            self._kill_gateway: 3,
            self._stop_gateway: 2,
            self._kill_redis: 2,
            self._stop_redis: 2,
            self._empty_redis: 2,
            self._cut_connections: 3,
            self._kill_reconciler: 3,
            self._stop_reconciler: 2,
        }
        if store.engine.dialect.name == "postgresql":
            self._deeds[self._sever_database] = 3

    def run(self, stopping: threading.Event) -> None:
        due = time.monotonic()
        try:
            while not stopping.wait(TICK_SECONDS):
                self._undo_what_is_due(time.monotonic())
                if time.monotonic() >= due:
                    due = time.monotonic() + self._chance.uniform(*EVERY_SECONDS)
                    (deed,) = self._chance.choices(list(self._deeds), list(self._deeds.values()))
                    deed()
        finally:
            self._undo_what_is_due(float("inf"))

    def _kill_child(self) -> None:
        self._tell_child(signal.SIGKILL)

    def _stop_child(self) -> None:
        """Sometimes for longer than its lease: then it is a zombie when it goes on."""
        if pid := self._tell_child(signal.SIGSTOP):
            self._later(self._a_while(), lambda: thaw([pid]))

    def _kill_worker(self) -> None:
        self._signal(WORKER, signal.SIGKILL)

    def _end_worker(self) -> None:
        self._signal(WORKER, signal.SIGTERM)

    def _lose_machine(self) -> None:
        """A worker with all its children goes at once, and another is there a moment later."""
        self._hold(WORKER)

    def _stop_machine(self) -> None:
        self._stop(WORKER, self._a_while())

    def _kill_gateway(self) -> None:
        self._signal(GATEWAY, signal.SIGKILL)

    def _stop_gateway(self) -> None:
        self._stop(GATEWAY, self._chance.uniform(0.2, 3))

    def _kill_redis(self) -> None:
        self._signal(REDIS, signal.SIGKILL)

    def _stop_redis(self) -> None:
        self._stop(REDIS, self._a_while())

    def _empty_redis(self) -> None:
        self._on_redis("emptied", lambda client: client.flushall())

    def _cut_connections(self) -> None:
        self._on_redis("connections cut", lambda client: client.execute_command("CLIENT", "KILL", "SKIPME", "yes"))

    def _kill_reconciler(self) -> None:
        self._hold(self._chance.choice(RECONCILERS))

    def _stop_reconciler(self) -> None:
        self._stop(self._chance.choice(RECONCILERS), self._a_while())

    def _sever_database(self) -> None:
        try:
            with self._store.write() as tx:
                tx.exec_driver_sql(SEVER)
        except SQLAlchemyError as error:
            self._diary.did("harms missed", f"database: {type(error).__name__}")
            return
        self._diary.did("harms", "database: connections cut")

    def _a_while(self) -> float:
        return self._chance.uniform(0.2, self._lease + 2)

    def _tell_child(self, number: signal.Signals) -> int | None:
        pids = children(self._stack, WORKER)
        if not pids:
            return None
        pid = self._chance.choice(pids)
        tell([pid], number)
        self._diary.did("harms", f"{number.name} to child {pid} of {WORKER}")
        return pid

    def _signal(self, name: str, number: signal.Signals) -> None:
        self._stack.signal(name, number)
        self._diary.did("harms", f"{number.name} to {name}")

    def _hold(self, name: str) -> None:
        seconds = self._chance.uniform(0, 2)
        self._stack.hold(name)
        self._diary.did("harms", f"{name} gone for {seconds:.1f} s")
        self._later(seconds, lambda: self._stack.release(name))

    def _stop(self, name: str, seconds: float) -> None:
        pids = family(self._stack, name)
        tell(pids, signal.SIGSTOP)
        self._diary.did("harms", f"{name} stopped for {seconds:.1f} s")
        self._later(seconds, lambda: thaw(pids))

    def _on_redis(self, what: str, deed: Callable[[Any], object]) -> None:
        try:
            with redis.Redis.from_url(self._stack.redis_url, socket_timeout=1) as client:
                deed(client)
        except redis.RedisError as error:
            self._diary.did("harms missed", f"redis: {type(error).__name__}")
            return
        self._diary.did("harms", f"redis: {what}")

    def _later(self, seconds: float, undo: Callable[[], None]) -> None:
        self._undo.append((time.monotonic() + seconds, undo))

    def _undo_what_is_due(self, at: float) -> None:
        due = [undo for when, undo in self._undo if when <= at]
        self._undo = [item for item in self._undo if item[0] > at]
        for undo in due:
            undo()
