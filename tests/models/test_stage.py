"""A stage's transactions: one claim, one commit, whoever else tries, at once or late."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from broker.outbox import now
from models.call import Call
from models.database import Store
from models.files import blob_of, list_files, store_blobs
from models.lifecycle import Status
from models.move import COLUMNS
from models.outcome import Outcome
from models.stage import Claim, advance
from models.tables import call_moves, tool_calls
from tests.core.calls import STAGES, add, claim_last, edit, finish, give_up, take
from tests.core.together import together


def accept(store: Store, *ids: str) -> list[Call]:
    with store.write() as tx:
        return add(tx, *(edit(id, "x") for id in ids)).calls


def row(store: Store, key: int) -> Call:
    with store.read() as tx:
        return Call.of(tx.execute(select(*COLUMNS).where(tool_calls.c.key == key)).mappings().one())


def change(store: Store, call: Call, **values: Any) -> None:
    with store.write() as tx:
        tx.execute(update(tool_calls).where(tool_calls.c.key == call.key).values(**values))


def move_on(tx: Connection, claimed: Claim, output: Any = None) -> Call | None:
    return advance(tx, claimed, output, {}, at=now())


def moves(store: Store, key: int) -> list[str]:
    with store.read() as tx:
        query = select(call_moves.c.move).where(call_moves.c.call_key == key).order_by(call_moves.c.version)
        return list(tx.execute(query).scalars())


def paths(store: Store) -> list[str]:
    with store.read() as tx:
        return [row["path"] for row in list_files(tx, "demo")]


def test_the_first_claim_makes_a_call_running(store: Store) -> None:
    (call,) = accept(store, "a")
    claimed = take(store, call.key)
    assert claimed is not None
    assert (claimed.call.status, claimed.call.version, claimed.call.stage_name) == (Status.RUNNING, 2, "analyzing")
    assert claimed.call.started_at == claimed.call.claimed_at
    assert claimed.starts


def test_a_stage_that_is_delivered_twice_at_once_is_claimed_once(store: Store) -> None:
    for number in range(5):
        (call,) = accept(store, f"a{number}")
        claims = together(*(partial(take, store, call.key, token=f"t{worker}") for worker in range(4)))
        (winner,) = [one for one in claims if one]
        assert row(store, call.key).claimed_by == winner.token
        assert moves(store, call.key) == ["accept", "start"]
        give_up(store, winner)


def test_a_later_stage_that_is_delivered_twice_at_once_is_claimed_once(store: Store) -> None:
    (call,) = accept(store, "a")
    first = take(store, call.key)
    assert first is not None
    with store.write() as tx:
        move_on(tx, first)
    claims = together(*(partial(take, store, call.key, stage=1, token=f"t{worker}") for worker in range(4)))
    assert sum(one is not None for one in claims) == 1
    assert moves(store, call.key) == ["accept", "start", "advance"]


def test_a_link_that_comes_late_claims_nothing(store: Store) -> None:
    (call,) = accept(store, "a")
    claimed = take(store, call.key)
    assert claimed is not None
    assert take(store, call.key) is None
    with store.write() as tx:
        move_on(tx, claimed)
    assert take(store, call.key) is None
    give_up(store, claim_last(store, call.key))
    assert take(store, call.key, stage=1) is None


@pytest.mark.parametrize(
    "stale", [{"epoch": 2}, {"epoch": 0}, {"stage": 1}, {"stage": -1}], ids=["newer", "older", "ahead", "behind"]
)
def test_a_link_that_does_not_fit_the_row_claims_nothing(store: Store, stale: dict[str, int]) -> None:
    (call,) = accept(store, "a")
    assert take(store, call.key, **stale) is None
    assert take(store, call.key) is not None


@pytest.mark.parametrize("control", ["pause", "cancel"])
def test_a_call_that_is_wanted_otherwise_is_not_claimed(store: Store, control: str) -> None:
    (call,) = accept(store, "a")
    change(store, call, control=control)
    assert take(store, call.key) is None


def test_a_call_that_waits_for_another_is_not_claimed(store: Store) -> None:
    _, waiting = accept(store, "a", "b")
    assert take(store, waiting.key) is None


def test_a_stage_gets_what_the_one_before_it_made(store: Store) -> None:
    (call,) = accept(store, "a")
    first = take(store, call.key)
    assert first is not None
    with store.write() as tx:
        store_blobs(tx, [b"new"])
        moved = advance(tx, first, {"n": 2**70}, {"x": blob_of(b"new"), "y": None}, at=now())
    assert moved is not None
    assert (moved.stage, moved.progress, moved.claimed_by) == (1, STAGES[0]["until"], None)
    second = take(store, call.key, stage=1)
    assert second is not None and not second.starts
    assert (second.previous, second.staged) == ({"n": 2**70}, {"x": blob_of(b"new"), "y": None})
    assert second.arguments == {"content": ""}
    assert paths(store) == []


def test_the_end_of_a_call_makes_its_files_and_message_whole_at_once(store: Store) -> None:
    (call,) = accept(store, "a")
    claimed = claim_last(store, call.key)
    with store.write() as tx:
        outcome = finish(tx, claimed, {"x": b"1"})
    assert outcome is not None
    ended = row(store, call.key)
    assert (ended.status, ended.progress, ended.result) == (Status.SUCCEEDED, 100, {"text": "done"})
    assert (paths(store), [message.status for message in outcome.messages]) == (["x"], ["idle"])


def test_a_failed_call_says_why_and_changes_no_file(store: Store) -> None:
    (call,) = accept(store, "a")
    claimed = claim_last(store, call.key)
    outcome = give_up(store, claimed)
    assert outcome is not None
    ended = row(store, call.key)
    assert (ended.status, ended.error and ended.error["type"], ended.result) == (Status.FAILED, "tool-failed", None)
    assert paths(store) == []


def replaced(store: Store) -> Claim:
    """A claim whose worker was thought dead: the call has gone to another, with a new epoch."""
    (call,) = accept(store, "a")
    zombie = claim_last(store, call.key, "zombie")
    change(store, call, claimed_by="other", epoch=2)
    return zombie


def try_to_advance(tx: Connection, zombie: Claim) -> list[Call] | Outcome | None:
    return move_on(tx, zombie)


def try_to_succeed(tx: Connection, zombie: Claim) -> list[Call] | Outcome | None:
    return finish(tx, zombie, {"x": b"undead"})


@pytest.mark.parametrize("attempt", [try_to_advance, try_to_succeed])
def test_a_worker_that_wakes_up_after_its_call_went_to_another_commits_nothing(store: Store, attempt: Any) -> None:
    zombie = replaced(store)
    before = row(store, zombie.call.key)
    with store.write() as tx:
        assert not attempt(tx, zombie)
    assert row(store, zombie.call.key) == before
    assert paths(store) == []


def test_a_worker_that_wakes_up_after_its_call_went_to_another_cannot_fail_it(store: Store) -> None:
    zombie = replaced(store)
    before = row(store, zombie.call.key)
    assert give_up(store, zombie) is None
    assert row(store, zombie.call.key) == before


def test_a_stage_commits_once(store: Store) -> None:
    (call,) = accept(store, "a")
    claimed = claim_last(store, call.key)

    def commit() -> Outcome | None:
        with store.write() as tx:
            return finish(tx, claimed, {"x": b"1"})

    ends = together(commit, commit, partial(give_up, store, claimed))
    assert sum(one is not None for one in ends) == 1
    assert len(moves(store, call.key)) == 3


@pytest.mark.parametrize("wanted", ["cancelling", "cancelled"])
def test_nothing_is_committed_once_a_call_is_being_cancelled(store: Store, wanted: str) -> None:
    (call,) = accept(store, "a")
    claimed = claim_last(store, call.key)
    change(store, call, status=wanted)
    with store.write() as tx:
        assert finish(tx, claimed, {"x": b"1"}) is None
        assert move_on(tx, claimed) is None
    assert give_up(store, claimed) is None
    assert (paths(store), row(store, call.key).status) == ([], wanted)
