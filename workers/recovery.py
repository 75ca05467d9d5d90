"""The reconciler: finds what a crash left undone between a commit and what follows it. Safe to run twice, or beside others."""

import structlog
from sqlalchemy import Connection, or_, select

from broker.outbox import now
from models.call import Call
from models.expiry import delete_expired, has_expired
from models.lifecycle import Status
from models.message import COLUMNS as MESSAGE_COLUMNS
from models.message import Message, complete
from models.move import COLUMNS, untold
from models.outcome import Outcome
from models.tables import messages, tool_calls
from models.turn import lock_app, refill
from workers.context import Context
from workers.lost import recover_lost
from workers.unclaimed import SETTLE_SECONDS, lost_links

logger = structlog.get_logger()

BATCH = 500


def reconcile(context: Context) -> None:
    """Tell what nobody told, dispatch what is ready, take calls from lost workers, send lost links again, delete what expired.

    Raises redis.RedisError without Redis, and kombu's OperationalError without a broker.
    """
    at = now()
    _deliver(context, "moves-told", _untold(context, at))
    # At once, so that the next look does not find them again.
    context.marks.write()
    _deliver(context, "ready-dispatched", Outcome(ready=_dispatch_ready(context, at)))
    recover_lost(context, at)
    _deliver(context, "links-sent-again", Outcome(ready=lost_links(context, at)))
    _delete_expired(context, at)


def _deliver(context: Context, fact: str, outcome: Outcome) -> None:
    if outcome.ready or outcome.told or outcome.messages:
        logger.info(fact, calls=len(outcome.ready) or len(outcome.told), messages=len(outcome.messages))
        context.outbox.deliver(outcome)


def _dispatch_ready(context: Context, at: float) -> list[Call]:
    """Calls that could start but were never dispatched, as far as their apps' shares go."""
    with context.store.read() as tx:
        query = select(tool_calls.c.app_id, tool_calls.c.queue).where(
            tool_calls.c.status == Status.QUEUED,
            tool_calls.c.dispatched_at.is_(None),
            tool_calls.c.waits == 0,
            or_(
                tool_calls.c.next_attempt_at <= at,
                tool_calls.c.next_attempt_at.is_(None) & (tool_calls.c.moved_at < at - SETTLE_SECONDS),
            ),
        )
        waiting = tx.execute(query.distinct().limit(BATCH)).all()
    found: list[Call] = []
    for app_id in sorted({app_id for app_id, _ in waiting}):
        with context.store.write() as tx:
            lock_app(tx, app_id, at)
            queues = {queue for app, queue in waiting if app == app_id}
            found += refill(tx, app_id, queues, at=at, cap=context.settings.app_concurrency)
    return found


def _untold(context: Context, at: float) -> Outcome:
    """Moves that nobody is known to have announced, and after them the messages that turned."""
    with context.store.read() as tx:
        turned = _turned(tx)
        due = (tool_calls.c.moved_at < at - SETTLE_SECONDS) | tool_calls.c.message_key.in_([one.key for one in turned])
        query = select(*COLUMNS).where(tool_calls.c.announced < tool_calls.c.version, due)
        rows = tx.execute(query.order_by(tool_calls.c.key).limit(BATCH)).mappings()
        calls = [Call.of(row) for row in rows]
        return Outcome(told=untold(tx, calls), messages=[one for one in turned if not _has_more(tx, one, calls)])


def _has_more(tx: Connection, message: Message, told: list[Call]) -> bool:
    """Whether calls of a message are still untold after these, the oldest ones."""
    if len(told) < BATCH:
        return False
    query = select(tool_calls.c.key).where(
        tool_calls.c.message_key == message.key,
        tool_calls.c.announced < tool_calls.c.version,
        tool_calls.c.key > told[-1].key,
    )
    return tx.execute(query.limit(1)).first() is not None


def _turned(tx: Connection) -> list[Message]:
    query = select(*MESSAGE_COLUMNS).where(messages.c.announced < messages.c.version).limit(BATCH)
    return [complete(tx, Message(**row)) for row in tx.execute(query).mappings()]


def _delete_expired(context: Context, at: float) -> None:
    # There is rarely anything to delete, and a transaction that writes would hold up SQLite's other writers.
    with context.store.read() as tx:
        if not has_expired(tx, at):
            return
    with context.store.write() as tx:
        count = delete_expired(tx, at)
    logger.info("expired-deleted", rows=count)
