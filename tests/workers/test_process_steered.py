"""Programs of tools obey: they stand still, go on and end as is wished."""

import time

import pytest

from models.errors import TimedOut
from tests.wait import wait_until
from tests.workers.stage import COUNT, DEAF, Stage, living
from workers.halt import Cancelled, ClaimLost, Halt, Parked
from workers.process import execution
from workers.process.guard import guard
from workers.run import Finished
from workers.steering import CANCEL, PAUSE, RUN


def test_a_pause_stops_all_of_it_before_it_is_said_and_a_resume_lets_it_go_on(stage: Stage) -> None:
    with stage.running(f"({COUNT}) & {COUNT.replace('count', 'other')}") as outcome:
        wait_until(lambda: stage.count() > 2 and stage.count("other") > 2, "both to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        wait_until(lambda: {state[0] for state in living(outcome.group)} == {"T"}, "all to be stopped")
        before = stage.count(), stage.count("other")
        assert all(state.startswith("T") for state in living(outcome.group))
        assert (stage.count(), stage.count("other")) == before
        stage.wishes.ask(RUN)
        wait_until(lambda: stage.count() > before[0] + 2 and stage.count("other") > before[1] + 2, "both to go on")
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert outcome.groups_at_end == []


def test_a_wish_is_heard_at_once_also_of_a_program_that_says_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "TICK_SECONDS", 3600)
    with stage.running(COUNT) as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        for _ in range(3):
            stage.wishes.ask(PAUSE)
            assert stage.wishes.paused.wait(10)
            stage.wishes.ask(RUN)
            wait_until(lambda: not stage.wishes.paused.is_set(), "it to go on")
        stage.wishes.ask(CANCEL)
        outcome.wait()
    assert isinstance(outcome.error, Cancelled)


def test_time_that_it_stands_still_does_not_count(stage: Stage) -> None:
    with stage.running("while [ ! -e go ]; do sleep 0.01; done", seconds=3) as outcome:
        begun = time.monotonic()
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        wait_until(lambda: time.monotonic() > begun + 3.2, "the limit to be over")
        (stage.folder / "go").touch()
        stage.wishes.ask(RUN)
        outcome.wait()
    assert outcome.finished == Finished(0, "")


@pytest.mark.parametrize("halt", [Parked, ClaimLost])
def test_a_call_that_is_parked_or_anothers_runs_not_even_to_clean_up(stage: Stage, halt: type[Halt]) -> None:
    stage.wishes.halt = halt
    with stage.running(f"trap 'touch cleaned; exit' TERM; {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, halt)
    assert outcome.groups_at_end == []
    assert not (stage.folder / "cleaned").exists()


def test_a_cancelled_program_may_clean_up_also_when_it_was_paused(stage: Stage) -> None:
    with stage.running(f"trap 'echo cleaning; touch cleaned; exit' TERM; {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert (stage.folder / "cleaned").exists()
    assert "cleaning" in stage.notes.lines
    assert outcome.groups_at_end == []


def test_a_cancel_kills_what_will_not_end_and_what_that_has_started(stage: Stage) -> None:
    with stage.running(f"{DEAF}(({COUNT}) & {COUNT}) & {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert outcome.groups_at_end == []


def test_what_a_cancelled_program_has_started_gets_the_grace_too(stage: Stage) -> None:
    child = "(trap 'touch cleaned; exit' TERM; touch ready; while :; do sleep 0.01; done)"
    with stage.running(f"{child} & while [ ! -e ready ]; do sleep 0.01; done; exec sleep 60") as outcome:
        wait_until(lambda: (stage.folder / "ready").exists(), "the child to be ready")
        stage.wishes.ask(CANCEL)
    assert (stage.folder / "cleaned").exists()
    assert outcome.groups_at_end == []


def test_a_program_that_takes_too_long_is_stopped(stage: Stage) -> None:
    with pytest.raises(TimedOut, match=r"sh took longer than 0.2 seconds and was stopped. It said last:\nworking"):
        stage.sh(f"{DEAF}echo working; sleep 60", seconds=0.2)
    assert guard().groups == frozenset()


def test_an_error_of_the_tool_ends_its_program(stage: Stage) -> None:
    groups: list[int] = []

    def fail(line: str) -> None:
        groups.append(int(line))
        raise KeyError(line)

    with pytest.raises(KeyError):
        stage.sh("echo $$; sleep 60", on_line=fail)
    assert len(groups) == 1 and living(groups[0]) == []
