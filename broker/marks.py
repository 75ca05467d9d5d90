"""Writing down what was told, a moment later and for many at once, so that nobody waits for it.

A mark that is lost costs one doubled announcement, which the log refuses.
"""

import threading
from collections.abc import Iterable

import structlog
from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from broker.later import Later
from models.database import Store
from models.events import CallMoved, Fact, MessageTurned
from models.tables import messages, tool_calls

DELAY_SECONDS = 0.1

logger = structlog.get_logger()


class Marks:
    """The versions told since the last writing; for each call and message the newest."""

    def __init__(self, store: Store, later: Later) -> None:
        self._store = store
        self._later = later
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._told: dict[Table, dict[int, int]] = {tool_calls: {}, messages: {}}
        self._is_due = False

    def note(self, facts: Iterable[Fact]) -> None:
        """These were told."""
        with self._lock:
            for fact in facts:
                match fact:
                    case CallMoved(call):
                        self._told[tool_calls][call.key] = call.version
                    case MessageTurned(message):
                        self._told[messages][message.key] = message.version
            if self._is_due or not any(self._told.values()):
                return
            self._is_due = True
        self._later.after(DELAY_SECONDS, self.write)

    def write(self) -> None:
        """Write down now what is noted; when it comes back, no other writing is under way either."""
        with self._writing:
            with self._lock:
                told, self._told = self._told, {tool_calls: {}, messages: {}}
                self._is_due = False
            if any(told.values()):
                self._keep(told)

    def _keep(self, told: dict[Table, dict[int, int]]) -> None:
        try:
            with self._store.write() as tx:
                if tx.dialect.name == "postgresql":
                    tx.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
                for table, versions in told.items():
                    if versions:
                        rows = [{"of": key, "told": version} for key, version in sorted(versions.items())]
                        tx.execute(MARKING[table], rows)
        except SQLAlchemyError as error:
            counts = {"calls": len(told[tool_calls]), "messages": len(told[messages])}
            logger.warning("marks-not-kept", **counts, error=str(error))


def _marking(table: Table) -> Update:
    """Passes over rows that another transaction holds, so that marking never waits for anything."""
    due = select(table.c.key).where(table.c.key == bindparam("of"), table.c.announced < bindparam("told"))
    free = due.with_for_update(skip_locked=True).scalar_subquery()
    return update(table).where(table.c.key == free).values(announced=bindparam("told"))


MARKING = {table: _marking(table) for table in (tool_calls, messages)}
