"""What becomes of a call whose worker is lost: its stage runs again elsewhere, or what was asked of it takes effect."""

from typing import Any

from sqlalchemy import Connection, or_, select, update

from models.call import Call
from models.errors import TimedOut, ToolreelError, WorkerLost
from models.lifecycle import UNFINISHED, Move, Status
from models.move import COLUMNS, make_move
from models.outcome import Outcome
from models.stage import LET_GO
from models.tables import tool_calls
from models.turn import lock_app, refill, settle

MOST_LOSSES = 3
OUT_OF_TIME = "time-out"


def condemn(tx: Connection, key: int, token: str) -> None:
    """Note that a claim's process is about to be killed because its stage took too long, so that it is not tried again."""
    running = tool_calls.c.status.in_([Status.RUNNING, Status.PAUSING])
    statement = update(tool_calls).where(tool_calls.c.key == key, tool_calls.c.claimed_by == token, running)
    tx.execute(statement.values(control=OUT_OF_TIME))


def abandoned(tx: Connection, *, limit: int) -> list[tuple[str, int]]:
    """Calls, as app and key, that only their worker could bring on, and that no worker has."""
    waits = tool_calls.c.status.in_([Status.PAUSING, Status.CANCELLING])
    condemned = tool_calls.c.status.in_(UNFINISHED) & (tool_calls.c.control == OUT_OF_TIME)
    query = select(tool_calls.c.app_id, tool_calls.c.key).where(
        tool_calls.c.claimed_by.is_(None), or_(waits, condemned)
    )
    return [(row.app_id, row.key) for row in tx.execute(query.limit(limit))]


def lose(tx: Connection, app_id: str, key: int, token: str | None, *, at: float, cap: int) -> Outcome:
    """Take a call from a claim whose process is gone; None is for one that is abandoned.

    Nothing happens when another was first.
    """
    lock_app(tx, app_id, at)
    mine = tool_calls.c.claimed_by.is_(None) if token is None else tool_calls.c.claimed_by == token
    row = tx.execute(select(*COLUMNS).where(tool_calls.c.key == key, mine).with_for_update()).mappings().first()
    if row is None or (call := Call.of(row)).final:
        return Outcome()
    if call.status is Status.CANCELLING:
        return _end(tx, call, Move.CANCEL, {}, at=at, cap=cap)
    if call.control == OUT_OF_TIME:
        error = TimedOut(f"the stage {call.stage_name} took longer than it may, and would not stop")
        return _end(tx, call, Move.FAIL, {"error": error.as_call_error()}, at=at, cap=cap)
    if call.status in (Status.PAUSING, Status.PAUSED):
        return _stand_still(tx, call, at=at, cap=cap)
    if token is None:
        return Outcome()
    if call.losses + 1 >= MOST_LOSSES:
        return _end(tx, call, Move.FAIL, {"error": _lost(call).as_call_error()}, at=at, cap=cap)
    return _again(tx, call, at=at)


def _again(tx: Connection, call: Call, *, at: float) -> Outcome:
    counts = {"attempt": call.attempt + 1, "epoch": call.epoch + 1, "losses": call.losses + 1}
    changes: dict[str, Any] = {"claimed_by": None, "dispatched_at": at, "progress": _floor(call), "detail": {}}
    moved = make_move(tx, Move.LOSE, {"key": call.key}, at=at, **counts, **changes)
    return Outcome(told=moved, ready=moved)


def _stand_still(tx: Connection, call: Call, *, at: float, cap: int) -> Outcome:
    """A pause holds without its worker; the stage will start over from what it kept."""
    free = {"claimed_by": None, "dispatched_at": None}
    if call.status is Status.PAUSED:
        tx.execute(update(tool_calls).where(tool_calls.c.key == call.key).values(**free))
        return Outcome(ready=refill(tx, call.app_id, {call.queue}, at=at, cap=cap))
    moved = make_move(tx, Move.PAUSE, {"key": call.key}, at=at, **free)
    return Outcome(told=moved, ready=refill(tx, call.app_id, {call.queue}, at=at, cap=cap))


def _end(tx: Connection, call: Call, move: Move, changes: dict[str, Any], *, at: float, cap: int) -> Outcome:
    (moved,) = make_move(tx, move, {"key": call.key}, at=at, finished_at=at, **LET_GO, **changes)
    return settle(tx, moved, at=at, cap=cap)


def _floor(call: Call) -> float:
    return float(call.stages[call.stage - 1]["until"]) if call.stage else 0.0


def _lost(call: Call) -> ToolreelError:
    return WorkerLost(f"{MOST_LOSSES} workers were lost while they ran the stage {call.stage_name} of this call")
