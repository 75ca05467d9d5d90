"""Steering calls, as transactions: what a person asks for is kept in the row, and takes effect at once where nothing runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from models.call import Call
from models.errors import Conflict
from models.lifecycle import UNFINISHED, Move, Status
from models.message import count_open
from models.move import COLUMNS, make_move
from models.outcome import Outcome
from models.steering import Control, move_for
from models.submit import find_place, take_place
from models.tables import tool_calls
from models.turn import lock_app, refill, settle

WANTED = {Control.PAUSE: "pause", Control.RESUME: "run", Control.CANCEL: "cancel", Control.RETRY: "run"}
NOTHING_KEPT: dict[str, Any] = {"outputs": None, "staged": None, "cursor": None, "detail": {}}


@dataclass
class Steered:
    """The calls as they stand, and what is left to do."""

    calls: list[Call] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)


def control_call(tx: Connection, control: Control, call: Call, *, at: float, cap: int) -> Steered:
    """Steer one call, as it was read before. Raises AlreadyFinal, NotPausable or NotRetryable, and then nothing changed."""
    if moved := _ask(tx, control, call, at=at):
        return Steered([moved], Outcome(told=[moved], signalled=[moved]))
    next_seq = lock_app(tx, call.app_id, at)
    steered = Steered()
    _steer(tx, control, call.key, steered, next_seq=next_seq, at=at, cap=cap)
    return steered


def control_message(tx: Connection, control: Control, app_id: str, message_key: int, *, at: float, cap: int) -> Steered:
    """Steer all of a message's unfinished calls. One that this control cannot be for stays as it is."""
    next_seq = lock_app(tx, app_id, at)
    steered = Steered()
    # From the last one on, so that cancelling or pausing a call starts none of those behind it.
    for key in sorted(_unfinished(tx, message_key), reverse=control is not Control.RESUME):
        try:
            _steer(tx, control, key, steered, next_seq=next_seq, at=at, cap=cap)
        except Conflict:
            steered.calls.append(_locked(tx, key))
    steered.calls.sort(key=lambda call: call.index)
    return steered


def _ask(tx: Connection, control: Control, call: Call, *, at: float) -> Call | None:
    """Ask the worker that has the call, which changes nothing in the app's order; None when it is not so, or not any more."""
    try:
        move = move_for(control, call)
    except Conflict:
        # What was read may be old: only the row itself, held, refuses.
        return None
    if move not in SIGNALLED or not call.claimed_by:
        return None
    as_read = {"key": call.key, "version": call.version, "claimed_by": call.claimed_by}
    return next(iter(make_move(tx, move, as_read, at=at, control=WANTED[control], **_changes(move, call, at))), None)


def _steer(tx: Connection, control: Control, key: int, steered: Steered, *, next_seq: int, at: float, cap: int) -> None:
    call = _locked(tx, key)
    move = move_for(control, call)
    if move is None:
        steered.calls.append(call)
        return
    place = find_place(tx, call, next_seq) if move is Move.RETRY else None
    changes = {"control": WANTED[control], **_changes(move, call, at), **(place.columns if place else {})}
    (moved,) = make_move(tx, move, {"key": key}, at=at, **changes)
    if place:
        take_place(tx, moved, place)
    steered.outcome.add(_follow_up(tx, move, moved, at=at, cap=cap))
    steered.calls.append(_locked(tx, key))
    if moved.claimed_by and move in SIGNALLED:
        steered.outcome.signalled.append(moved)


SIGNALLED = frozenset({Move.ASK_PAUSE, Move.TAKE_BACK, Move.RESUME, Move.ASK_CANCEL})


def _changes(move: Move, call: Call, at: float) -> dict[str, Any]:
    """What a move changes beside the status. Leaving `paused` adds up how long the call stood there."""
    paused = {"paused_ms": call.paused_ms + round((at - call.moved_at) * 1000)} if call.status is Status.PAUSED else {}
    match move:
        case Move.PAUSE | Move.REQUEUE:
            return {"dispatched_at": None, **paused}
        case Move.CANCEL:
            waited = {"waits": 0, "waiting_for": []}
            return {"finished_at": at, "dispatched_at": None, **waited, **NOTHING_KEPT, **paused}
        case Move.RETRY:
            return _anew(call)
        case _:
            return paused


def _anew(call: Call) -> dict[str, Any]:
    counts = {"attempt": call.attempt + 1, "epoch": call.epoch + 1, "losses": 0, "backoffs": 0, "stage": 0}
    times = {"dispatched_at": None, "next_attempt_at": None, "started_at": None, "finished_at": None, "paused_ms": 0}
    return {**counts, **times, **NOTHING_KEPT, "progress": 0.0, "result": None, "error": None}


def _follow_up(tx: Connection, move: Move, moved: Call, *, at: float, cap: int) -> Outcome:
    match move:
        case Move.CANCEL:
            return settle(tx, moved, at=at, cap=cap)
        case Move.PAUSE | Move.REQUEUE | Move.RETRY:
            outcome = Outcome(told=[moved])
            outcome.ready = refill(tx, moved.app_id, {moved.queue}, at=at, cap=cap)
        case _:
            outcome = Outcome(told=[moved])
    if move is Move.RETRY and moved.origin == "client" and (turned := count_open(tx, moved.message_key, 1)):
        outcome.messages.append(turned)
    return outcome


def _locked(tx: Connection, key: int) -> Call:
    """The call, held so that no stage commits between what we read and what we do."""
    query = select(*COLUMNS).where(tool_calls.c.key == key).with_for_update()
    return Call.of(tx.execute(query).mappings().one())


def _unfinished(tx: Connection, message_key: int) -> Iterable[int]:
    query = select(tool_calls.c.key).where(
        tool_calls.c.message_key == message_key, tool_calls.c.origin == "client", tool_calls.c.status.in_(UNFINISHED)
    )
    return tx.execute(query).scalars().all()
