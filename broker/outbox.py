"""Carrying out what a committed transaction left to do: tell the log, then send the chains."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import redis
import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from broker.dispatch import dispatch
from broker.log import HELD, EventLog
from broker.marks import Marks
from broker.signals import signal_calls
from models.call import Call
from models.database import Store
from models.events import CallMoved, CallProgressed, Entry, Fact, FlowGrew, MessageTurned
from models.lifecycle import Status
from models.move import untold
from models.outcome import Outcome
from models.tables import tool_calls

logger = structlog.get_logger()


class Outbox:
    """Tells and sends. What cannot be told or sent now is found by the reconciler later: the rows say what is due."""

    def __init__(self, store: Store, log: EventLog, celery: Celery, marks: Marks, *, share_links: bool = False) -> None:
        self._store = store
        self._log = log
        self._celery = celery
        self._marks = marks
        self._share_links = share_links

    def deliver(self, outcome: Outcome, first: Sequence[Fact] = ()) -> None:
        """Signal the workers, tell `first` and everything that an outcome holds, then send its ready calls."""
        signal_calls(self._log.client, outcome.signalled)
        self.tell([*first, *_facts(outcome)])
        for position, call in enumerate(outcome.ready):
            if not self._send(call):
                # A broker that is away takes seconds to be noticed: it is not asked once more for each of them.
                self._take_back(outcome.ready[position:])
                return

    def tell(self, facts: Sequence[Fact]) -> bool:
        """Tell facts in their order, before each what nobody told of its call so far; whether they were told."""
        try:
            answers = self._log.append([fact.entry() for fact in facts])
            held = [fact for fact, answer in zip(facts, answers, strict=True) if answer is HELD]
            if held:
                self._log.append(self._with_what_is_missing(held))
        except (redis.RedisError, SQLAlchemyError) as error:
            logger.warning("events-not-told", count=len(facts), error=str(error))
            return False
        self._marks.note(facts)
        return True

    def publish(self, fact: Fact) -> None:
        """Tell a fact that is not worth waiting for. Raises redis.RedisError when that takes too long."""
        if self._log.append([fact.entry()]) == [HELD]:
            self._log.append(self._with_what_is_missing([fact]))

    def _with_what_is_missing(self, facts: Sequence[Fact]) -> list[Entry]:
        """These facts as entries, before each what nobody is known to have told of its call."""
        about = {fact.call.key: fact.call for fact in facts if isinstance(fact, CallMoved | CallProgressed)}
        with self._store.read() as tx:
            earlier = untold(tx, about.values())
        entries: list[Entry] = []
        for fact in facts:
            if isinstance(fact, CallMoved | CallProgressed):
                due = [call for call in earlier if call.key == fact.call.key and call.version <= fact.call.version]
                earlier = [call for call in earlier if call not in due]
                entries += [CallMoved(call).entry() for call in due]
            entries.append(fact.entry())
        return [replace(entry, since=-1) for entry in entries]

    def _send(self, call: Call) -> bool:
        try:
            dispatch(self._celery, call, share_links=self._share_links)
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


def _facts(outcome: Outcome) -> Iterable[Fact]:
    for call in outcome.told:
        yield CallMoved(call)
    for message in outcome.messages:
        yield FlowGrew(message)
        if message.version:
            yield MessageTurned(message)


def now() -> float:
    """Seconds since the epoch: the one clock of rows and moves."""
    return time.time()
