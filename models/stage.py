"""A stage's transactions: claim, advance, succeed, fail. Each takes or requires the claim's token, so only one can win."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from models.call import Call
from models.files import Blob, apply_effects
from models.fit import Fits, Shape, conditions, new_values, setting, shape_of, values_of
from models.lifecycle import Move, Status
from models.move import COLUMNS, make_move, untold
from models.outcome import Outcome
from models.settings import Settings
from models.tables import tool_calls
from models.turn import lock_app, settle

NEEDED = select(tool_calls.c.arguments, tool_calls.c.outputs, tool_calls.c.staged).where(
    tool_calls.c.key == bindparam("of")
)


@dataclass(frozen=True)
class Claim:
    """The right to run one stage of a call, and all that the stage needs. `told` are versions to announce first."""

    call: Call
    token: str
    arguments: dict[str, Any]
    previous: Any
    staged: dict[str, Blob | None]
    told: list[Call]


def claim(tx: Connection, key: int, epoch: int, stage: int, *, token: str, at: float) -> Claim | None:
    """Take a stage. None when its link is stale or doubled: another run has it, or the call has gone on."""
    call = _start(tx, key, epoch, stage, token, at) or _take(tx, key, epoch, stage, token, at)
    if call is None:
        return None
    arguments, previous, staged = tx.execute(NEEDED, {"of": key}).one()
    started = call.version if call.announced < call.version else None
    return Claim(call, token, arguments, previous, _blobs(staged), untold(tx, [call]) if started else [])


def advance(
    tx: Connection, claimed: Claim, output: Any, staged: Mapping[str, Blob | None], *, announced: int, at: float
) -> list[Call]:
    """Commit a stage that is not the last one. Nothing comes back when the claim was lost meanwhile."""
    call = claimed.call
    changes = {
        "stage": call.stage + 1,
        "progress": call.stages[call.stage]["until"],
        "outputs": output,
        "staged": {path: vars(blob) if blob else None for path, blob in staged.items()},
        "detail": {},
        "announced": announced,
        "claimed_by": None,
        "dispatched_at": at,
    }
    return untold(tx, make_move(tx, Move.ADVANCE, _held(claimed), at=at, **changes))


def succeed(
    tx: Connection,
    claimed: Claim,
    result: dict[str, Any],
    staged: Mapping[str, Blob | None],
    *,
    announced: int,
    at: float,
    settings: Settings,
) -> Outcome | None:
    """Commit the last stage: here, and only here, what the call staged becomes the app's files.

    None when the claim was lost meanwhile. Raises Conflict or TooLarge when the files cannot be so; then nothing happened.
    """
    lock_app(tx, claimed.call.app_id, at)
    changes = {
        "stage": claimed.call.stage + 1,
        "progress": 100.0,
        "result": result,
        "outputs": None,
        "staged": None,
        "detail": {},
        "announced": announced,
        "claimed_by": None,
        "finished_at": at,
    }
    moved = make_move(tx, Move.SUCCEED, _held(claimed), at=at, **changes)
    if not moved:
        return None
    call = moved[0]
    apply_effects(tx, call.app_id, staged, call_key=call.key, seq=call.seq, at=at, settings=settings)
    return settle(tx, call, at=at, cap=settings.app_concurrency)


def fail(
    tx: Connection, claimed: Claim, error: dict[str, Any], *, progress: float, announced: int, at: float, cap: int
) -> Outcome | None:
    """End a call whose stage failed; it has changed nothing. None when the claim was lost meanwhile."""
    lock_app(tx, claimed.call.app_id, at)
    changes = {"progress": progress, "error": error, "outputs": None, "staged": None, "detail": {}}
    ended = {"announced": announced, "claimed_by": None, "finished_at": at}
    moved = make_move(tx, Move.FAIL, _held(claimed), at=at, **changes, **ended)
    return settle(tx, moved[0], at=at, cap=cap) if moved else None


def give_back(tx: Connection, claimed: Claim) -> None:
    """Let go of a claim whose stage could not run; its link is sent again by the reconciler."""
    where = _held(claimed)
    tx.execute(update(tool_calls).where(*conditions(shape_of(where))).values(claimed_by=None), values_of(where))


def _held(claimed: Claim) -> Fits:
    return {"key": claimed.call.key, "claimed_by": claimed.token}


def _free(key: int, epoch: int, stage: int) -> Fits:
    return {"key": key, "epoch": epoch, "stage": stage, "control": "run", "claimed_by": None, "waits": 0}


def _start(tx: Connection, key: int, epoch: int, stage: int, token: str, at: float) -> Call | None:
    """The first claim of an attempt, which makes the call running."""
    changes = {"claimed_by": token, "claimed_at": at, "started_at": at, "detail": {}}
    moved = make_move(tx, Move.START, _free(key, epoch, stage), at=at, **changes)
    return moved[0] if moved else None


def _take(tx: Connection, key: int, epoch: int, stage: int, token: str, at: float) -> Call | None:
    where = _free(key, epoch, stage)
    values = values_of(where) | new_values({"claimed_by": token, "claimed_at": at})
    row = tx.execute(_taking(shape_of(where)), values).mappings().first()
    return Call.of(row) if row else None


@cache
def _taking(shape: Shape) -> Any:
    return (
        update(tool_calls)
        .where(*conditions(shape), tool_calls.c.status == Status.RUNNING)
        .values(setting(("claimed_by", "claimed_at")))
        .returning(*COLUMNS)
    )


def _blobs(staged: Mapping[str, dict[str, Any] | None] | None) -> dict[str, Blob | None]:
    return {path: Blob(**blob) if blob else None for path, blob in (staged or {}).items()}
