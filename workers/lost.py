"""The reconciler's part for workers that are gone: which claims nobody holds any more, and stages that nothing stops."""

import structlog
from sqlalchemy import select

from broker.dispatch import link_id
from broker.leases import look
from models.call import Call
from models.lifecycle import UNFINISHED, Status
from models.loss import abandoned, lose
from models.move import COLUMNS
from models.tables import tool_calls
from workers.context import Context

STUBBORN_SECONDS = 5.0
BATCH = 500

logger = structlog.get_logger()


def recover_lost(context: Context, at: float) -> None:
    """Take calls from processes that are gone. Raises redis.RedisError when the leases cannot be read."""
    leases = look(context.client, seconds=context.settings.lease_seconds)
    for call in _claimed(context):
        token = call.claimed_by or ""
        # A process may claim before its first lease is seen.
        young = call.claimed_at is not None and call.claimed_at > at - context.settings.lease_seconds
        if leases.has_left(token) or (leases.lacks(token) and not young):
            logger.warning("worker-lost", call=call.id, app=call.app_id, stage=call.stage_name, losses=call.losses)
            _lose(context, call.app_id, call.key, token, at)
        elif call.status is Status.CANCELLING and call.moved_at < at - _patience(context):
            _kill(context, call)
    with context.store.read() as tx:
        left = abandoned(tx, limit=BATCH)
    for app_id, key in left:
        _lose(context, app_id, key, None, at)


def _lose(context: Context, app_id: str, key: int, token: str | None, at: float) -> None:
    with context.store.write() as tx:
        outcome = lose(tx, app_id, key, token, at=at, cap=context.settings.app_concurrency)
    context.outbox.deliver(outcome)


def _claimed(context: Context) -> list[Call]:
    query = select(*COLUMNS).where(tool_calls.c.status.in_(UNFINISHED), tool_calls.c.claimed_by.is_not(None))
    with context.store.read() as tx:
        return [Call.of(row) for row in tx.execute(query.order_by(tool_calls.c.key)).mappings()]


def _patience(context: Context) -> float:
    return context.settings.grace_seconds + STUBBORN_SECONDS


def _kill(context: Context, call: Call) -> None:
    """End a stage that ended neither by itself nor by its process's own hand, which its code may hold fast."""
    logger.warning("stage-revoked", call=call.id, app=call.app_id)
    # The task is that of the first stage of its link; those of links that have ended are nobody's.
    links = [link_id(call.key, call.epoch, index) for index in range(call.stage + 1)]
    context.celery.control.revoke(links, terminate=True, signal="SIGKILL")
