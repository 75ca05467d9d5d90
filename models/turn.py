"""Whose turn it is in an app: the app's lock, what a call's end sets free, and which ready calls may be dispatched."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, delete, func, or_, select, update

from models.call import Call
from models.database import insert_missing
from models.lifecycle import HOLDS_SLOT, Move
from models.message import count_open
from models.move import COLUMNS, make_move
from models.order import hand_on
from models.outcome import Outcome
from models.tables import IN_FLIGHT, READY, apps, call_accesses, call_waits, stands_at, tool_calls

LOCK = select(apps.c.next_seq).where(apps.c.id == bindparam("app")).with_for_update()
FORGET = delete(call_accesses).where(call_accesses.c.call_key == bindparam("of"))
WAITING = select(call_waits.c.call_key).where(call_waits.c.waits_for == bindparam("of"))
STOP_WAITING = delete(call_waits).where(call_waits.c.call_key == bindparam("of"))
UNANNOUNCED = (
    select(*COLUMNS)
    .where(tool_calls.c.message_key == bindparam("of"), tool_calls.c.announced < tool_calls.c.version)
    .order_by(tool_calls.c.seq)
)


def lock_app(tx: Connection, app_id: str, at: float) -> int:
    """Hold the app's row until the transaction ends, creating it if needed; gives the app's next `seq`.

    Everything that may add an edge to the order or set a call free does this first, so that no wake-up is missed.
    """
    found: int | None = tx.execute(LOCK, {"app": app_id}).scalar_one_or_none()
    if found is None:
        insert_missing(tx, apps, [{"id": app_id, "next_seq": 1, "files": 0, "bytes": 0, "created_at": at}])
        found = tx.execute(LOCK, {"app": app_id}).scalar_one()
    return found


def settle(tx: Connection, ended: Call, *, at: float, cap: int) -> Outcome:
    """All that follows from a call's end: waiting calls become ready, its message may be idle, its slot goes to another.

    The caller holds the app's row and has made the final move.
    """
    tx.execute(FORGET, {"of": ended.key})
    released = _release(tx, ended, at=at)
    outcome = Outcome(ready=refill(tx, ended.app_id, {ended.queue, *(call.queue for call in released)}, at=at, cap=cap))
    told = [ended, *released]
    if ended.origin == "client" and (turned := count_open(tx, ended.message_key, -1)):
        outcome.messages.append(turned)
        told = [*_unannounced(tx, ended.message_key, {call.key for call in told}), *told]
    outcome.told = told
    return outcome


def refill(tx: Connection, app_id: str, queues: Iterable[str], *, at: float, cap: int) -> list[Call]:
    """Mark ready calls as dispatched, oldest first, up to the app's share of each queue. The caller sends them."""
    statement = _refilling(tx.dialect.name)
    marked = [
        Call.of(row)
        for queue in sorted(queues)
        for row in tx.execute(statement, {"app": app_id, "on": queue, "cap": cap, "at": at}).mappings()
    ]
    return sorted(marked, key=lambda call: call.seq)


@cache
def _refilling(dialect: str) -> Any:
    mine = (tool_calls.c.app_id == bindparam("app"), tool_calls.c.queue == bindparam("on"))
    in_flight = select(func.count()).where(*mine, IN_FLIGHT, stands_at(HOLDS_SLOT)).scalar_subquery()
    most = func.greatest if dialect == "postgresql" else func.max
    due = or_(tool_calls.c.next_attempt_at.is_(None), tool_calls.c.next_attempt_at <= bindparam("at"))
    ready = select(tool_calls.c.key).where(*mine, READY, tool_calls.c.control == "run", due)
    chosen = ready.order_by(tool_calls.c.seq).limit(most(0, bindparam("cap", type_=Integer) - in_flight))
    return (
        update(tool_calls)
        .where(tool_calls.c.key.in_(chosen), tool_calls.c.dispatched_at.is_(None))
        .values(dispatched_at=bindparam("at"))
        .returning(*COLUMNS)
    )


def _release(tx: Connection, gone: Call, *, at: float) -> list[Call]:
    """Take a final call out of the order. Gives the calls that now wait for nothing."""
    waiting = tx.execute(WAITING, {"of": gone.key}).scalars().all()
    if not waiting:
        if not gone.started_at:
            tx.execute(STOP_WAITING, {"of": gone.key})
        return []
    edges = _edges(tx, [gone.key, *waiting])
    heirs = {key: hand_on(edges[gone.key], edges[key], gone.key) for key in sorted(waiting)}
    tx.execute(delete(call_waits).where((call_waits.c.waits_for == gone.key) | (call_waits.c.call_key == gone.key)))
    insert_missing(tx, call_waits, [{"call_key": key, "waits_for": other} for key in heirs for other in heirs[key]])
    for key, others in heirs.items():
        if others:
            values = {"waits": len(others), "waiting_for": _ids(tx, others)}
            tx.execute(update(tool_calls).where(tool_calls.c.key == key).values(values))
    free = [key for key, others in heirs.items() if not others]
    return _set_free(tx, free, at=at) if free else []


def _set_free(tx: Connection, keys: list[int], *, at: float) -> list[Call]:
    """Let calls wait for nothing. One that is paused only forgets what it waited for."""
    moved = make_move(tx, Move.RELEASE, {"key": keys}, at=at, waits=0, waiting_for=[])
    others = set(keys) - {call.key for call in moved}
    if others:
        tx.execute(update(tool_calls).where(tool_calls.c.key.in_(others)).values(waits=0, waiting_for=[]))
    return moved


def _edges(tx: Connection, keys: Sequence[int]) -> dict[int, set[int]]:
    """What each of these calls waits for."""
    found: dict[int, set[int]] = {key: set() for key in keys}
    for key, other in tx.execute(select(call_waits).where(call_waits.c.call_key.in_(keys))):
        found[key].add(other)
    return found


def _ids(tx: Connection, keys: Iterable[int]) -> list[str]:
    query = select(tool_calls.c.id).where(tool_calls.c.key.in_(list(keys))).order_by(tool_calls.c.seq)
    return list(tx.execute(query).scalars())


def _unannounced(tx: Connection, message_key: int, but: set[int]) -> list[Call]:
    rows = tx.execute(UNANNOUNCED, {"of": message_key}).mappings()
    return [Call.of(row) for row in rows if row["key"] not in but]
