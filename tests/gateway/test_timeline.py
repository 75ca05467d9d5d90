"""When the stages of a call ran, read from its moves."""

from dataclasses import replace
from typing import Any

from gateway.timeline import timeline
from models.call import Call
from models.lifecycle import Move, Status
from tests.gateway.test_results import BASE

CALL = replace(BASE, stages=[{"name": "analyzing"}, {"name": "writing"}])


def move(kind: Move, stage: int, at: float, claimed_at: float | None, attempt: int = 1) -> dict[str, Any]:
    return {"move": kind, "stage": stage, "at": at, "claimed_at": claimed_at, "attempt": attempt}


def runs(call: Call, *moves: dict[str, Any]) -> list[tuple[str, int, str, str | None, str | None]]:
    keys = ("stage", "attempt", "started_at", "finished_at", "outcome")
    return [tuple(_short(run[key]) for key in keys) for run in timeline(call, moves)]


def _short(value: Any) -> Any:
    return value[17:19] if isinstance(value, str) and value.endswith("Z") else value


def test_each_stage_has_its_start_and_end() -> None:
    assert runs(
        CALL,
        move(Move.ACCEPT, 0, 0, None),
        move(Move.START, 0, 1, 1),
        move(Move.ADVANCE, 1, 2, 1),
        move(Move.SUCCEED, 2, 5, 3),
    ) == [("analyzing", 1, "01", "02", "done"), ("writing", 1, "03", "05", "done")]


def test_the_running_stage_has_no_end_yet() -> None:
    running = replace(CALL, status=Status.RUNNING, stage=1, claimed_by="token", claimed_at=3.0)
    moves = [move(Move.START, 0, 1, 1), move(Move.ADVANCE, 1, 2, 1)]
    assert runs(running, *moves)[-1] == ("writing", 1, "03", None, None)


def test_a_call_that_was_refused_has_run_nothing() -> None:
    assert runs(CALL, move(Move.REFUSE, 0, 1, None)) == []


def test_a_failed_stage_is_the_last_run() -> None:
    moves = [move(Move.START, 0, 1, 1), move(Move.ADVANCE, 1, 2, 1), move(Move.FAIL, 1, 4, 3)]
    assert runs(replace(CALL, status=Status.FAILED, stage=1), *moves)[-1] == ("writing", 1, "03", "04", "failed")


def test_a_lost_run_belongs_to_the_attempt_in_which_it_was_lost() -> None:
    moves = [move(Move.START, 0, 1, 1), move(Move.LOSE, 0, 5, 1, attempt=2), move(Move.ADVANCE, 1, 7, 6, attempt=2)]
    assert runs(CALL, *moves) == [("analyzing", 1, "01", "05", "lost"), ("analyzing", 2, "06", "07", "done")]


def test_a_cancel_between_two_stages_cuts_no_run_short() -> None:
    moves = [move(Move.START, 0, 1, 1), move(Move.ADVANCE, 1, 2, 1), move(Move.CANCEL, 1, 3, 1)]
    assert len(runs(replace(CALL, status=Status.CANCELLED), *moves)) == 1
