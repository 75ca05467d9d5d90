"""The one door through which a call's status changes: a conditional UPDATE and its row in `call_moves`, in one transaction.

Where the database can (PostgreSQL), both are one statement, for a stage's way is as long as its round trips.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Update, bindparam, func, insert, literal, select, update

from models.call import FIELDS, Call
from models.fit import Fits, Shape, conditions, new_values, setting, shape_of, values_of
from models.lifecycle import MOVES, Move, Status
from models.tables import call_moves, stands_at, tool_calls

COLUMNS = tuple(tool_calls.c[name] for name in FIELDS)


# A call starts once; a claim after a pause or a loss does not change when that was.
FIRST_ONLY = {Move.START: "started_at"}
INSERT = insert(call_moves)
# What a row of `call_moves` takes over from the call as it then is; the time of the move is the call's `moved_at`.
KEPT = ("version", "status", "stage", "progress", "attempt", "epoch", "detail", "waiting_for", "error", "claimed_at")
# What may change in the row of a call that somebody holds, beside what its holder changes.
LIVELY = ("status", "control", "version", "announced", "paused_ms", "moved_at")
MOVES_OF = (
    select(call_moves)
    .where(call_moves.c.call_key.in_(bindparam("keys", expanding=True)))
    .order_by(call_moves.c.version)
)


def make_move(tx: Connection, move: Move, where: Fits, *, at: float, **changes: Any) -> list[Call]:
    """Move every call that fits `where` and stands at a status that the move starts from; what comes back has moved.

    Nothing comes back when another process was first: the caller then has to let go.
    """
    return [Call.of(row) for row in moved_rows(tx, move, where, at=at, **changes)]


def move_held(tx: Connection, move: Move, call: Call, where: Fits, *, at: float, **changes: Any) -> Call | None:
    """The same for a call that the caller holds by its claim: what is known of it is not read again. None: not moved."""
    statement = _statement(move, shape_of(where), tuple(changes), LIVELY, _at_once(tx))
    row = tx.execute(statement, {"at": at, **values_of(where), **new_values(changes)}).mappings().first()
    if row is None:
        return None
    known = {name: value for name, value in changes.items() if name in FIELDS}
    moved = replace(call, **known | {**row, "status": Status(row["status"])})
    if not _at_once(tx):
        record(tx, move, [moved], at=at)
    return moved


def moved_rows(
    tx: Connection, move: Move, where: Fits, *, at: float, also: tuple[str, ...] = (), **changes: Any
) -> Sequence[RowMapping]:
    """What `make_move` moved, as rows, with the columns named in `also` beside those of a `Call`."""
    statement = _statement(move, shape_of(where), tuple(changes), FIELDS + also, _at_once(tx))
    rows = tx.execute(statement, {"at": at, **values_of(where), **new_values(changes)}).mappings().all()
    if not _at_once(tx):
        record(tx, move, [Call.of(row) for row in rows], at=at)
    return rows


def record(tx: Connection, move: Move, calls: Sequence[Call], *, at: float) -> None:
    """Write the calls' newest versions down as moves."""
    rows = [_row(move, call, at) for call in calls]
    if rows:
        tx.execute(INSERT, rows)


def untold(tx: Connection, calls: Iterable[Call]) -> list[Call]:
    """The calls at each of their versions that nobody is known to have announced yet, in order, the given ones last."""
    newest = {call.key: call for call in calls}
    gaps = [call.key for call in newest.values() if call.announced < call.version - 1]
    rows = tx.execute(MOVES_OF, {"keys": gaps}).mappings() if gaps else ()
    missing = [_as_of(newest[row["call_key"]], row) for row in rows]
    return [call for call in missing if call.announced < call.version < newest[call.key].version] + [*newest.values()]


def _at_once(tx: Connection) -> bool:
    """Whether a move and its row in `call_moves` are one statement here."""
    return tx.dialect.name == "postgresql"


@cache
def _statement(move: Move, shape: Shape, changed: tuple[str, ...], back: tuple[str, ...], at_once: bool) -> Any:
    """The statement that makes a move and gives back these columns."""
    moving = _moving(move, shape, changed)
    if not at_once:
        return moving.returning(*(tool_calls.c[name] for name in back))
    columns = dict.fromkeys(("key", "moved_at", *KEPT, *back))
    moved = moving.returning(*(tool_calls.c[name] for name in columns)).cte("moved")
    row: list[ColumnElement[Any]] = [
        moved.c.key,
        literal(str(move)),
        moved.c.moved_at,
        *(moved.c[name] for name in KEPT),
    ]
    kept = insert(call_moves).from_select(["call_key", "move", "at", *KEPT], select(*row)).cte("kept")
    return select(*(moved.c[name] for name in back)).add_cte(kept)


def _moving(move: Move, shape: Shape, changed: tuple[str, ...]) -> Update:
    sources, target = MOVES[move]
    values: dict[str, Any] = {**setting(changed)}
    if (once := FIRST_ONLY.get(move)) in values:
        values[once] = func.coalesce(tool_calls.c[once], values[once])
    return (
        update(tool_calls)
        .where(*conditions(shape), stands_at(sources))
        .values(status=target, version=tool_calls.c.version + 1, moved_at=bindparam("at"), **values)
    )


def _row(move: Move, call: Call, at: float) -> dict[str, Any]:
    return {"call_key": call.key, "move": move, "at": at, **{name: getattr(call, name) for name in KEPT}}


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
