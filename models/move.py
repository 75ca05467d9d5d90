"""The one door through which a call's status changes: a conditional UPDATE and its row in `call_moves`, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from models.call import FIELDS, Call
from models.fit import Fits, Shape, conditions, new_values, setting, shape_of, values_of
from models.lifecycle import MOVES, Move, Status
from models.tables import call_moves, tool_calls

COLUMNS = tuple(tool_calls.c[name] for name in FIELDS)


# A call starts once; a claim after a pause or a loss does not change when that was.
FIRST_ONLY = {Move.START: "started_at"}
INSERT = insert(call_moves)
MOVES_OF = (
    select(call_moves)
    .where(call_moves.c.call_key.in_(bindparam("keys", expanding=True)))
    .order_by(call_moves.c.version)
)


def make_move(tx: Connection, move: Move, where: Fits, *, at: float, **changes: Any) -> list[Call]:
    """Move every call that fits `where` and stands at a status that the move starts from; what comes back has moved.

    Nothing comes back when another process was first: the caller then has to let go.
    """
    statement = _moving(move, shape_of(where), tuple(changes))
    values = {"at": at, **values_of(where), **new_values(changes)}
    moved = [Call.of(row) for row in tx.execute(statement, values).mappings()]
    record(tx, move, moved, at=at)
    return moved


def record(tx: Connection, move: Move, calls: Sequence[Call], *, at: float) -> None:
    """Write the calls' newest versions down as moves; a move that ends a stage also says when that stage was claimed."""
    rows = [_row(move, call, at) for call in calls]
    if rows:
        tx.execute(INSERT, rows)


def untold(tx: Connection, calls: Sequence[Call]) -> list[Call]:
    """The calls at each of their versions that nobody is known to have announced yet, in order, the given ones last."""
    gaps = [call.key for call in calls if call.announced < call.version - 1]
    if not gaps:
        return list(calls)
    newest = {call.key: call for call in calls}
    rows = tx.execute(MOVES_OF, {"keys": gaps}).mappings()
    missing = [_as_of(newest[row["call_key"]], row) for row in rows]
    return [call for call in missing if call.announced < call.version < newest[call.key].version] + list(calls)


@cache
def _moving(move: Move, shape: Shape, changed: tuple[str, ...]) -> Any:
    sources, target = MOVES[move]
    values: dict[str, Any] = {**setting(changed)}
    if (once := FIRST_ONLY.get(move)) in values:
        values[once] = func.coalesce(tool_calls.c[once], values[once])
    return (
        update(tool_calls)
        .where(*conditions(shape), tool_calls.c.status.in_(sources))
        .values(status=target, version=tool_calls.c.version + 1, moved_at=bindparam("at"), **values)
        .returning(*COLUMNS)
    )


def _row(move: Move, call: Call, at: float) -> dict[str, Any]:
    return {
        "call_key": call.key,
        "version": call.version,
        "move": move,
        "status": call.status,
        "stage": call.stage,
        "progress": call.progress,
        "attempt": call.attempt,
        "epoch": call.epoch,
        "detail": call.detail,
        "waiting_for": call.waiting_for,
        "error": call.error,
        "claimed_at": call.claimed_at,
        "at": at,
    }


def _as_of(newest: Call, row: Any) -> Call:
    """The call as it was at an earlier move."""
    status = Status(row["status"])
    began = newest.started_at if status is not Status.QUEUED else None
    return replace(
        newest,
        version=row["version"],
        status=status,
        stage=row["stage"],
        progress=row["progress"],
        attempt=row["attempt"],
        epoch=row["epoch"],
        detail=row["detail"],
        waiting_for=row["waiting_for"],
        error=row["error"],
        result=newest.result if status is Status.SUCCEEDED else None,
        started_at=began,
        finished_at=row["at"] if row["status"] in ("succeeded", "failed", "cancelled") else None,
    )
