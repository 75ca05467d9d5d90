"""Rows that are of use only for a while: answers kept for idempotency keys, and tokens. The reconciler deletes them."""

from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, select, tuple_
from sqlalchemy.sql.dml import ReturningDelete

from models.idempotency import KEPT_SECONDS
from models.tables import idempotency_keys, tokens

MOST = 1_000

OLDEST = select(
    select(func.min(idempotency_keys.c.at)).scalar_subquery(), select(func.min(tokens.c.expires_at)).scalar_subquery()
)


def has_expired(tx: Connection, at: float) -> bool:
    """Whether there is anything to delete."""
    answer, token = tx.execute(OLDEST).one()
    return (answer is not None and answer < at - KEPT_SECONDS) or (token is not None and token < at)


def delete_expired(tx: Connection, at: float) -> int:
    """Delete what has expired, the oldest first, at most so many rows of each kind; gives how many it was."""
    answers = tx.execute(OLD_ANSWERS, {"before": at - KEPT_SECONDS}).all()
    return len(answers) + len(tx.execute(OLD_TOKENS, {"before": at}).all())


def _deletion(table: Table, column: Column[Any]) -> ReturningDelete[Any]:
    """Gives the keys of what it deletes. Passes over rows that another transaction holds: it never waits for anything."""
    keys = tuple(table.primary_key)
    oldest = select(*keys).where(column < bindparam("before")).order_by(column).limit(MOST)
    # PostgreSQL runs a subquery that locks only once when it is a CTE: else the limit may not hold.
    due = oldest.with_for_update(skip_locked=True).cte("due")
    # SQLite's driver counts no rows after WITH, so they are given back.
    return delete(table).where(tuple_(*keys).in_(select(due))).returning(*keys)


OLD_ANSWERS = _deletion(idempotency_keys, idempotency_keys.c.at)
OLD_TOKENS = _deletion(tokens, tokens.c.expires_at)
