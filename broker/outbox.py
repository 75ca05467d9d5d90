"""Carrying out what a committed transaction left to do: tell the log, then send the chains."""

import time

import redis
import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from broker.dispatch import dispatch
from broker.log import EventLog
from broker.signals import signal_calls
from models.call import Call
from models.database import Store
from models.events import CallMoved, Entry, FlowGrew, MessageTurned
from models.lifecycle import Status
from models.message import Message
from models.outcome import Outcome
from models.tables import messages, tool_calls

logger = structlog.get_logger()


class Outbox:
    """Tells and sends. What cannot be told or sent now is found by the reconciler later: the rows say what is due."""

    def __init__(self, store: Store, log: EventLog, celery: Celery) -> None:
        self._store = store
        self._log = log
        self._celery = celery

    def deliver(self, outcome: Outcome) -> None:
        """Signal the workers, tell everything that an outcome holds, then send its ready calls."""
        signal_calls(self._log.client, outcome.signalled)
        if self._tell(outcome):
            self._mark(outcome)
        for position, call in enumerate(outcome.ready):
            if not self._send(call):
                # A broker that is away takes seconds to be noticed: it is not asked once more for each of them.
                self._take_back(outcome.ready[position:])
                return

    def tell(self, calls: list[Call]) -> int | None:
        """Tell one call's versions, in order; gives the last version if they were told. The caller marks it as told."""
        told = self._append([CallMoved(call).entry() for call in calls])
        return calls[-1].version if calls and told else None

    def _tell(self, outcome: Outcome) -> bool:
        entries = [CallMoved(call).entry() for call in outcome.told]
        for message in outcome.messages:
            entries.append(FlowGrew(message).entry())
            if message.version:
                entries.append(MessageTurned(message).entry())
        return self._append(entries)

    def _append(self, entries: list[Entry]) -> bool:
        try:
            self._log.append(entries)
        except redis.RedisError as error:
            logger.warning("events-not-told", count=len(entries), error=str(error))
            return False
        return True

    def _mark(self, outcome: Outcome) -> None:
        calls = [{"of": call.key, "told": call.version} for call in outcome.newest()]
        turned = [{"of": message.key, "told": message.version} for message in outcome.messages if _untold(message)]
        if not calls and not turned:
            return
        try:
            with self._store.write() as tx:
                if tx.dialect.name == "postgresql":
                    # A mark that is lost with the machine costs one doubled announcement, which the log refuses.
                    tx.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
                for table, rows in ((tool_calls, calls), (messages, turned)):
                    if rows:
                        tx.execute(_marking(table), rows)
        except SQLAlchemyError as error:
            logger.warning("marks-not-kept", calls=len(calls), messages=len(turned), error=str(error))

    def _send(self, call: Call) -> bool:
        try:
            dispatch(self._celery, call)
        except OperationalError as error:
            logger.warning("chain-not-sent", call=call.id, app=call.app_id, error=str(error))
            return False
        return True

    def _take_back(self, calls: list[Call]) -> None:
        """Let go of what was not sent. A running call keeps its mark: only by that does the reconciler find its link."""
        with self._store.write() as tx:
            for call in calls:
                tx.execute(
                    update(tool_calls)
                    .where(tool_calls.c.key == call.key, tool_calls.c.epoch == call.epoch)
                    .where(tool_calls.c.status == Status.QUEUED, tool_calls.c.claimed_by.is_(None))
                    .where(tool_calls.c.dispatched_at == call.dispatched_at)
                    .values(dispatched_at=None)
                )


def _marking(table: Table) -> Update:
    """Passes over rows that another transaction holds, so that marking never waits for anything."""
    due = select(table.c.key).where(table.c.key == bindparam("of"), table.c.announced < bindparam("told"))
    free = due.with_for_update(skip_locked=True).scalar_subquery()
    return update(table).where(table.c.key == free).values(announced=bindparam("told"))


def _untold(message: Message) -> bool:
    return message.announced < message.version


def now() -> float:
    """Seconds since the epoch: the one clock of rows and moves."""
    return time.time()
