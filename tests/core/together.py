"""Things that happen at the same time: side by side from a barrier, or one while the other's transaction is open."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection

from models.database import Store
from tests.wait import wait_until

T = TypeVar("T")
U = TypeVar("U")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def together(*actions: Callable[[], T]) -> list[T]:
    """Run actions in threads that begin at the same moment; gives their answers in the order of the actions."""
    barrier = threading.Barrier(len(actions))

    def begin(action: Callable[[], T]) -> T:
        barrier.wait(10)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(30) for future in [pool.submit(begin, action) for action in actions]]


def beside(store: Store, first: Callable[[Connection], T], second: Callable[[], U]) -> tuple[T, U]:
    """Run `first` in a transaction, and commit that only when `second`, in another thread, waits for it or has ended."""
    begun = threading.Event()

    def begin() -> U:
        begun.set()
        return second()

    with ThreadPoolExecutor(1) as pool:
        with store.write() as tx:
            answer = first(tx)
            other = pool.submit(begin)
            wait_until(lambda: begun.is_set() and is_stuck(store, other), "the second to wait for the first, or to end")
        return answer, other.result(30)


def is_stuck(store: Store, other: "Future[U]") -> bool:
    """Whether what was begun waits for a lock, or has ended."""
    if other.done() or store.engine.dialect.name == "sqlite":
        # In SQLite a second writer waits at its beginning, where nobody can see it.
        return True
    with store.read() as tx:
        return bool(tx.exec_driver_sql(WAITING).scalar_one())
