"""What becomes of a call whose worker is gone, whatever was asked of it: nothing that was asked for is lost with it."""

from typing import Any

import pytest
from sqlalchemy import select

from broker.outbox import now
from models.call import Call
from models.control import control_call
from models.database import Store
from models.files import list_files
from models.lifecycle import Status
from models.loss import MOST_LOSSES, condemn, lose
from models.move import COLUMNS
from models.outcome import Outcome
from models.stage import Claim, pause
from models.steering import Control
from models.tables import tool_calls
from tests.core.calls import CAP, add, edit, finish, take


def start(store: Store, id: str = "a") -> Claim:
    with store.write() as tx:
        (call,) = add(tx, edit(id, id)).calls
    claimed = take(store, call.key)
    assert claimed is not None
    return claimed


def control(store: Store, claimed: Claim, what: Control) -> Call:
    with store.write() as tx:
        return control_call(tx, what, claimed.call, at=now(), cap=CAP).calls[0]


def lost(store: Store, claimed: Claim, token: str | None = "me") -> Outcome:
    with store.write() as tx:
        return lose(tx, "demo", claimed.call.key, token, at=now(), cap=CAP)


def row(store: Store, claimed: Claim) -> Call:
    with store.read() as tx:
        return Call.of(tx.execute(select(*COLUMNS).where(tool_calls.c.key == claimed.call.key)).mappings().one())


def test_a_running_call_runs_its_stage_again_as_a_new_attempt(store: Store) -> None:
    claimed = start(store)
    (again,) = lost(store, claimed).ready
    assert (again.status, again.attempt, again.epoch, again.losses) == (Status.RUNNING, 2, 2, 1)
    assert take(store, again.key) is None, "a link of the epoch before"
    assert take(store, again.key, epoch=2, token="other")


def test_a_call_that_is_pausing_is_paused_and_goes_on_when_it_is_resumed(store: Store) -> None:
    claimed = start(store)
    assert control(store, claimed, Control.PAUSE).status is Status.PAUSING
    outcome = lost(store, claimed)
    assert outcome.ready == []
    paused = row(store, claimed)
    assert (paused.status, paused.claimed_by, paused.attempt, paused.losses) == (Status.PAUSED, None, 1, 0)
    assert [call.status for call in outcome.told][-1] is Status.PAUSED
    assert control(store, claimed, Control.RESUME).status is Status.QUEUED
    assert take(store, paused.key, token="other")


def test_a_call_that_is_held_paused_stays_so_and_gives_its_slot_back(store: Store) -> None:
    claimed = start(store)
    control(store, claimed, Control.PAUSE)
    with store.write() as tx:
        assert pause(tx, claimed, progress=7.0, at=now())
        (waiting,) = add(tx, edit("b", "b"), message="m2", cap=0).calls
    assert [call.id for call in lost(store, claimed).ready] == [waiting.id]
    paused = row(store, claimed)
    assert (paused.status, paused.claimed_by, paused.dispatched_at) == (Status.PAUSED, None, None)
    assert control(store, claimed, Control.RESUME).status is Status.QUEUED


def test_a_call_that_is_being_cancelled_is_cancelled(store: Store) -> None:
    claimed = start(store)
    assert control(store, claimed, Control.CANCEL).status is Status.CANCELLING
    lost(store, claimed)
    assert (row(store, claimed).status, row(store, claimed).claimed_by) == (Status.CANCELLED, None)


def test_a_call_that_was_killed_for_its_time_limit_has_failed(store: Store) -> None:
    claimed = start(store)
    with store.write() as tx:
        condemn(tx, claimed.call.key, "me")
    lost(store, claimed)
    ended = row(store, claimed)
    assert (ended.status, ended.error and ended.error["type"]) == (Status.FAILED, "timed-out")


def test_a_cancel_wins_over_the_time_limit_that_killed_its_stage(store: Store) -> None:
    claimed = start(store)
    control(store, claimed, Control.CANCEL)
    with store.write() as tx:
        condemn(tx, claimed.call.key, "me")
    lost(store, claimed)
    assert row(store, claimed).status is Status.CANCELLED


@pytest.mark.parametrize("wanted", [Control.PAUSE, Control.CANCEL])
def test_what_waits_for_an_answer_that_nobody_can_give_any_more_takes_effect(store: Store, wanted: Control) -> None:
    """As when a database that was away let a worker neither commit nor give its stage back in time."""
    claimed = start(store)
    control(store, claimed, wanted)
    with store.write() as tx:
        tx.execute(tool_calls.update().values(claimed_by=None))
    lost(store, claimed, None)
    assert row(store, claimed).status is {Control.PAUSE: Status.PAUSED, Control.CANCEL: Status.CANCELLED}[wanted]


def test_a_call_that_loses_one_worker_after_another_fails_and_sets_those_behind_it_free(store: Store) -> None:
    claimed = start(store)
    with store.write() as tx:
        (behind,) = add(tx, edit("b", "a"), message="m2").calls
    for epoch in range(2, MOST_LOSSES + 1):
        lost(store, claimed)
        assert take(store, claimed.call.key, epoch=epoch)
    assert [call.id for call in lost(store, claimed).ready] == [behind.id]
    ended = row(store, claimed)
    assert (ended.status, ended.error and ended.error["type"]) == (Status.FAILED, "worker-lost")


@pytest.mark.parametrize("token", ["other", None])
def test_a_call_that_its_worker_still_has_or_another_took_is_not_lost(store: Store, token: str | None) -> None:
    claimed = start(store)
    before = row(store, claimed)
    outcome = lost(store, claimed, token)
    assert (outcome, row(store, claimed)) == (Outcome(), before)


def commit(store: Store, claimed: Claim) -> Any:
    with store.write() as tx:
        return finish(tx, claimed, {"a": b"undead"})


def test_who_was_taken_for_dead_commits_nothing_and_is_told_nothing(store: Store) -> None:
    claimed = start(store)
    lost(store, claimed)
    before = row(store, claimed)
    assert commit(store, claimed) is None
    assert row(store, claimed) == before
    with store.read() as tx:
        assert list_files(tx, "demo") == []
