"""The reconciler's part for links that are lost on their way to a worker: which they are, so that they are sent again."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select, update

from broker.dispatch import link_id
from broker.queues import queue_depths, waiting_links
from models.call import Call
from models.lifecycle import Status
from models.move import COLUMNS
from models.tables import tool_calls
from workers.context import Context

# What is on its way has a moment to arrive: from the commit to the queue, and from there to the claim.
SETTLE_SECONDS = 2.0
LOST_SECONDS = 60.0
BATCH = 500


class Unclaimed(NamedTuple):
    """A call that was dispatched a while ago and that nobody has claimed since."""

    key: int
    epoch: int
    stage: int
    queue: str
    dispatched_at: float

    @property
    def link(self) -> str:
        return link_id(self.key, self.epoch, self.stage)


def lost_links(context: Context, at: float) -> list[Call]:
    """Calls whose link is lost, dispatched anew at the same epoch, so that one that was not lost does no harm.

    The caller sends them. Raises kombu's OperationalError when the broker is down.
    """
    unclaimed = _unclaimed(context, at)
    # Read after the rows: what is claimed meanwhile is then known to the update below.
    lost = [one.key for one in _lost(context, unclaimed, at)] if unclaimed else []
    if not lost:
        return []
    with context.store.write() as tx:
        starts = range(0, len(lost), BATCH)
        return [call for start in starts for call in _dispatch_again(tx, lost[start : start + BATCH], at)]


def _unclaimed(context: Context, at: float) -> list[Unclaimed]:
    query = select(*(tool_calls.c[name] for name in Unclaimed._fields)).where(*_waits_for_a_worker(at))
    with context.store.read() as tx:
        return [Unclaimed(*row) for row in tx.execute(query.order_by(tool_calls.c.dispatched_at))]


def _waits_for_a_worker(at: float) -> tuple[ColumnElement[bool], ...]:
    return (
        tool_calls.c.status.in_([Status.QUEUED, Status.RUNNING]),
        tool_calls.c.claimed_by.is_(None),
        tool_calls.c.waits == 0,
        tool_calls.c.dispatched_at < at - SETTLE_SECONDS,
    )


def _lost(context: Context, unclaimed: list[Unclaimed], at: float) -> list[Unclaimed]:
    """Those whose link waits in no queue. Where that cannot be read: whose queue is empty, or who wait for very long."""
    waiting = waiting_links(context.celery, {one.queue for one in unclaimed})
    if waiting is not None:
        return [one for one in unclaimed if one.link not in waiting]
    depths = queue_depths(context.celery)
    return [one for one in unclaimed if not depths[one.queue] or one.dispatched_at < at - LOST_SECONDS]


def _dispatch_again(tx: Connection, keys: Sequence[int], at: float) -> list[Call]:
    statement = update(tool_calls).where(tool_calls.c.key.in_(keys), *_waits_for_a_worker(at))
    rows = tx.execute(statement.values(dispatched_at=at).returning(*COLUMNS)).mappings()
    return [Call.of(row) for row in rows]
