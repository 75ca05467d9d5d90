"""Idempotency keys: the first answer to a request is kept in the transaction of its change, and given again to its twins.

A transaction takes its idempotency key before any other row, above all before its app's, so that twins wait in no circle.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from models.database import insert_or_renew
from models.errors import IdempotencyMismatch
from models.tables import idempotency_keys

KEPT_SECONDS = 86_400.0

OWN = (idempotency_keys.c.key_id == bindparam("of")) & (idempotency_keys.c.key == bindparam("named"))
FIRST = select(idempotency_keys.c.fingerprint, idempotency_keys.c.status, idempotency_keys.c.answer).where(OWN)
KEEP = update(idempotency_keys).where(OWN).values(status=bindparam("code"), answer=bindparam("body"))


class IdempotencyKey(NamedTuple):
    """A client's own name for a request, unique among those of its API key; `fingerprint` tells requests apart."""

    key_id: int
    key: str
    fingerprint: str


class Kept(NamedTuple):
    """The first answer to a request: its HTTP status and its JSON object."""

    status: int
    answer: dict[str, Any]


def answer_once(tx: Connection, once: IdempotencyKey, *, at: float) -> Kept | None:
    """The first answer, if there is one; else the key is the caller's, who makes the change and calls `keep_answer`.

    Waits for a twin whose transaction is open. Raises IdempotencyMismatch when the key was used for another request.
    """
    row = {**once._asdict(), "status": None, "answer": None, "at": at}
    if insert_or_renew(tx, idempotency_keys, row, stale=idempotency_keys.c.at <= at - KEPT_SECONDS):
        return None
    first = tx.execute(FIRST, _own(once)).one()
    if first.fingerprint != once.fingerprint:
        raise IdempotencyMismatch("this Idempotency-Key was sent before with another path or body; use a fresh one")
    return Kept(first.status, first.answer)


def keep_answer(tx: Connection, once: IdempotencyKey, status: int, answer: Mapping[str, Any]) -> None:
    """Keep the answer for a key that `answer_once` gave to this transaction."""
    tx.execute(KEEP, _own(once) | {"code": status, "body": answer})


def _own(once: IdempotencyKey) -> dict[str, Any]:
    return {"of": once.key_id, "named": once.key}
