"""A call's timeline: when each of its stages ran, in which attempt, read from its moves. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.call import Call, instant
from models.lifecycle import Move, Status

COMPLETES = frozenset({Move.ADVANCE, Move.SUCCEED})
CUTS_SHORT = frozenset({Move.FAIL, Move.PAUSE, Move.CANCEL, Move.BACK_OFF, Move.LOSE})


def timeline(call: Call, moves: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """Every run of a stage, oldest first: `{"stage", "attempt", "started_at", "finished_at", "outcome"}`.

    A stage that was paused or lost has a run for each time it was taken up; one that runs now has no end yet.
    """
    runs: list[dict[str, Any]] = []
    attempt, last_claim, resumed_at = 1, None, None
    for move in moves:
        claimed_at = move["claimed_at"]
        # A claim's time stays on the row after its stage; the next move that ends a run must have another, unless the
        # call was resumed within its claim.
        began = resumed_at or (claimed_at if claimed_at != last_claim else None)
        if move["move"] in COMPLETES | CUTS_SHORT and began is not None:
            stage = move["stage"] - (move["move"] in COMPLETES)
            runs.append(_run(call, stage, attempt, began, move["at"], move["move"]))
            last_claim, resumed_at = claimed_at, None
        elif move["move"] == Move.RESUME:
            resumed_at = move["at"]
        attempt = move["attempt"]
    if call.claimed_by is not None and call.status is not Status.PAUSED:
        runs.append(_run(call, call.stage, call.attempt, resumed_at or call.claimed_at, None, None))
    return runs


def _run(
    call: Call, stage: int, attempt: int, start: float | None, end: float | None, ended_by: str | None
) -> dict[str, Any]:
    return {
        "stage": call.stages[stage]["name"],
        "attempt": attempt,
        "started_at": instant(start),
        "finished_at": instant(end),
        "outcome": OUTCOMES.get(ended_by or "", ended_by),
    }


OUTCOMES: dict[str, str] = {
    Move.ADVANCE: "done",
    Move.SUCCEED: "done",
    Move.FAIL: "failed",
    Move.PAUSE: "paused",
    Move.CANCEL: "cancelled",
    Move.BACK_OFF: "failed",
    Move.LOSE: "lost",
}
