"""A stage's transactions, from its claim to its commit. Each takes or requires the claim's token, so only one can win."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, update

from models.call import Call
from models.files import Blob, apply_effects
from models.fit import Fits, Shape, conditions, new_values, setting, shape_of, values_of
from models.lifecycle import Move, Status
from models.move import COLUMNS, move_held, moved_rows
from models.outcome import Outcome
from models.settings import Settings
from models.tables import tool_calls
from models.turn import lock_app, refill, settle

NEEDED = ("arguments", "outputs", "staged", "cursor")

LET_GO: dict[str, Any] = {"outputs": None, "staged": None, "cursor": None, "detail": {}, "claimed_by": None}


@dataclass(frozen=True)
class Claim:
    """The right to run one stage of a call, and all that the stage needs. `starts`: the call became running by it."""

    call: Call
    token: str
    arguments: dict[str, Any]
    previous: Any
    staged: dict[str, Blob | None]
    cursor: Any
    starts: bool


def claim(tx: Connection, key: int, epoch: int, stage: int, *, token: str, at: float) -> Claim | None:
    """Take a stage. None when its link is stale or doubled: another run has it, or the call has gone on.

    A call begins with its first stage, and after a pause or a failed attempt with whichever is next.
    """
    free = _free(key, epoch, stage)
    for way in (_start, _take) if stage == 0 else (_take, _start):
        if row := way(tx, free, token, at):
            starts = way is _start
            return Claim(
                Call.of(row), token, row["arguments"], row["outputs"], _blobs(row["staged"]), row["cursor"], starts
            )
    return None


def advance(
    tx: Connection, claimed: Claim, output: Any, staged: Mapping[str, Blob | None], *, at: float
) -> Call | None:
    """Commit a stage that is not the last one. None when the claim was lost meanwhile, or the call is not to go on."""
    changes = _advanced(claimed, output, staged) | {"claimed_by": None, "dispatched_at": at}
    return move_held(tx, Move.ADVANCE, claimed.call, _held(claimed), at=at, **changes)


def advance_on(
    tx: Connection, claimed: Claim, output: Any, staged: Mapping[str, Blob | None], *, at: float
) -> Claim | None:
    """The same, and take the next stage with the same claim."""
    changes = _advanced(claimed, output, staged) | {"claimed_at": at}
    moved = move_held(tx, Move.ADVANCE, claimed.call, _held(claimed), at=at, **changes)
    return Claim(moved, claimed.token, claimed.arguments, output, dict(staged), None, False) if moved else None


def advance_paused(
    tx: Connection,
    claimed: Claim,
    output: Any,
    staged: Mapping[str, Blob | None],
    *,
    at: float,
    cap: int,
) -> Outcome | None:
    """Commit a stage that is not the last one of a call that is pausing: it is paused before the next one.

    None when it is not pausing, or the claim was lost.
    """
    lock_app(tx, claimed.call.app_id, at)
    changes = _advanced(claimed, output, staged) | {"claimed_by": None, "dispatched_at": None}
    moved = move_held(tx, Move.PAUSE, claimed.call, _asked(claimed, "pause"), at=at, **changes)
    return _slot_free(tx, moved, at=at, cap=cap) if moved else None


def succeed(
    tx: Connection,
    claimed: Claim,
    result: dict[str, Any],
    staged: Mapping[str, Blob | None],
    *,
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
        "finished_at": at,
        **LET_GO,
    }
    call = move_held(tx, Move.SUCCEED, claimed.call, _held(claimed), at=at, **changes)
    if call is None:
        return None
    apply_effects(tx, call.app_id, staged, call_key=call.key, seq=call.seq, at=at, settings=settings)
    return settle(tx, call, at=at, cap=settings.app_concurrency)


def fail(
    tx: Connection, claimed: Claim, error: dict[str, Any], *, progress: float, at: float, cap: int
) -> Outcome | None:
    """End a call whose stage failed; it has changed nothing. None when the claim was lost meanwhile."""
    lock_app(tx, claimed.call.app_id, at)
    changes = {"progress": progress, "error": error, "finished_at": at, **LET_GO}
    moved = move_held(tx, Move.FAIL, claimed.call, _held(claimed), at=at, **changes)
    return settle(tx, moved, at=at, cap=cap) if moved else None


def cancel(tx: Connection, claimed: Claim, *, at: float, cap: int) -> Outcome | None:
    """End a call that is being cancelled, once nothing of its stage runs any more. None when it is not being cancelled."""
    lock_app(tx, claimed.call.app_id, at)
    changes = {"finished_at": at, **LET_GO}
    moved = move_held(tx, Move.CANCEL, claimed.call, _asked(claimed, "cancel"), at=at, **changes)
    return settle(tx, moved, at=at, cap=cap) if moved else None


def pause(tx: Connection, claimed: Claim, *, progress: float, at: float) -> Call | None:
    """Say that a call which was asked to pause stands still. It keeps its claim. None when it was not, or is no more."""
    return move_held(tx, Move.PAUSE, claimed.call, _asked(claimed, "pause"), at=at, progress=progress)


def park(tx: Connection, claimed: Claim, *, cursor: Any, at: float, cap: int) -> Outcome | None:
    """Let go of a paused call's claim and slot; its stage goes on from `cursor`. None when it was resumed or cancelled."""
    lock_app(tx, claimed.call.app_id, at)
    where = _asked(claimed, "pause")
    call = _change(tx, where, Status.PAUSED, claimed_by=None, cursor=cursor, dispatched_at=None)
    return Outcome(ready=refill(tx, call.app_id, {call.queue}, at=at, cap=cap)) if call else None


def hand_over(tx: Connection, claimed: Claim, *, cursor: Any, at: float) -> Outcome | None:
    """Give a running stage to whichever worker takes it next; it goes on from `cursor`. None when it is not running."""
    where = _asked(claimed, "run")
    call = _change(tx, where, Status.RUNNING, claimed_by=None, cursor=cursor, dispatched_at=at)
    return Outcome(ready=[call]) if call else None


def back_off(tx: Connection, claimed: Claim, *, note: str, seconds: float, at: float, cap: int) -> Outcome | None:
    """Let a stage that failed in passing be tried again after a while. None when the call is not simply running."""
    lock_app(tx, claimed.call.app_id, at)
    call = claimed.call
    counts = {"attempt": call.attempt + 1, "epoch": call.epoch + 1, "backoffs": call.backoffs + 1}
    times = {"next_attempt_at": at + seconds, "dispatched_at": None}
    kept = {"claimed_by": None, "cursor": None, "detail": {"note": note}}
    moved = move_held(tx, Move.BACK_OFF, call, _held(claimed), at=at, **counts, **times, **kept)
    return _slot_free(tx, moved, at=at, cap=cap) if moved else None


def give_back(tx: Connection, key: int, token: str) -> None:
    """Let go of a claim whose stage could not run; its link is sent again by the reconciler. Harmless when it is gone."""
    where: Fits = {"key": key, "claimed_by": token}
    tx.execute(update(tool_calls).where(*conditions(shape_of(where))).values(claimed_by=None), values_of(where))


def _advanced(claimed: Claim, output: Any, staged: Mapping[str, Blob | None]) -> dict[str, Any]:
    call = claimed.call
    return {
        "stage": call.stage + 1,
        "progress": call.stages[call.stage]["until"],
        "outputs": output,
        "staged": {path: vars(blob) if blob else None for path, blob in staged.items()},
        "cursor": None,
        "detail": {},
    }


def _slot_free(tx: Connection, call: Call, *, at: float, cap: int) -> Outcome:
    return Outcome(told=[call], ready=refill(tx, call.app_id, {call.queue}, at=at, cap=cap))


def _held(claimed: Claim) -> Fits:
    return {"key": claimed.call.key, "claimed_by": claimed.token}


def _asked(claimed: Claim, control: str) -> Fits:
    return {**_held(claimed), "control": control}


def _free(key: int, epoch: int, stage: int) -> Fits:
    return {"key": key, "epoch": epoch, "stage": stage, "control": "run", "claimed_by": None, "waits": 0}


def _start(tx: Connection, where: Fits, token: str, at: float) -> RowMapping | None:
    """The first claim of an attempt, which makes the call running."""
    changes = {"claimed_by": token, "claimed_at": at, "started_at": at, "next_attempt_at": None, "detail": {}}
    return next(iter(moved_rows(tx, Move.START, where, at=at, also=NEEDED, **changes)), None)


def _take(tx: Connection, where: Fits, token: str, at: float) -> RowMapping | None:
    return _changed(tx, where, Status.RUNNING, also=NEEDED, claimed_by=token, claimed_at=at)


def _change(tx: Connection, where: Fits, standing: Status, **changes: Any) -> Call | None:
    """Change columns of a call that stands at a status; such a change is no move, and no client sees it."""
    row = _changed(tx, where, standing, **changes)
    return Call.of(row) if row else None


def _changed(
    tx: Connection, where: Fits, standing: Status, *, also: tuple[str, ...] = (), **changes: Any
) -> RowMapping | None:
    """The same, as a row, with the columns named in `also` beside those of a `Call`."""
    statement = _changing(shape_of(where), tuple(changes), also)
    values = {"standing": standing, **values_of(where), **new_values(changes)}
    return tx.execute(statement, values).mappings().first()


@cache
def _changing(shape: Shape, changed: tuple[str, ...], also: tuple[str, ...]) -> Any:
    standing = tool_calls.c.status == bindparam("standing")
    columns = *COLUMNS, *(tool_calls.c[name] for name in also)
    return update(tool_calls).where(*conditions(shape), standing).values(setting(changed)).returning(*columns)


def _blobs(staged: Mapping[str, dict[str, Any] | None] | None) -> dict[str, Blob | None]:
    return {path: Blob(**blob) if blob else None for path, blob in (staged or {}).items()}
