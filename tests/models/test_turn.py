"""Whose turn it is: an app's share of a queue, and what a call's end sets free."""

import time

from sqlalchemy import select

from models.call import Call
from models.database import Store
from models.lifecycle import Move
from models.move import COLUMNS, make_move
from models.outcome import Outcome
from models.tables import call_accesses, call_waits, tool_calls
from models.turn import lock_app, settle
from tests.core.calls import CAP, add, claim_last, complete, edit, give_up, take


def ids(calls: list[Call]) -> list[str]:
    return [call.id for call in calls]


def row(store: Store, id: str) -> Call:
    with store.read() as tx:
        return Call.of(tx.execute(select(*COLUMNS).where(tool_calls.c.id == id)).mappings().one())


def cancel(store: Store, call: Call) -> Outcome:
    """End a queued call from outside, as a cancel does."""
    at = time.time()
    with store.write() as tx:
        lock_app(tx, call.app_id, at)
        (ended,) = make_move(tx, Move.CANCEL, {"key": call.key}, at=at, finished_at=at)
        return settle(tx, ended, at=at, cap=CAP)


def edges(store: Store) -> set[tuple[str, str]]:
    with store.read() as tx:
        names = dict(tx.execute(select(tool_calls.c.key, tool_calls.c.id)).all())
        return {(names[call], names[other]) for call, other in tx.execute(select(call_waits))}


def test_an_app_has_its_share_of_each_queue_in_flight(store: Store) -> None:
    files = [edit(f"f{number}", f"{number}") for number in range(4)]
    media = [edit(f"m{number}", f"m/{number}", queue="media") for number in range(3)]
    with store.write() as tx:
        submitted = add(tx, *files, *media, cap=2)
        other = add(tx, edit("o", "x"), app="other", cap=2)
    assert ids(submitted.outcome.ready) == ["f0", "f1", "m0", "m1"]
    assert ids(other.outcome.ready) == ["o"]
    keys = {call.id: call.key for call in submitted.calls}
    assert ids(complete(store, keys["f1"], app_concurrency=2).ready) == ["f2"]
    assert ids(complete(store, keys["m0"], app_concurrency=2).ready) == ["m2"]
    assert ids(complete(store, keys["m1"], app_concurrency=2).ready) == []


def test_a_failed_call_gives_its_slot_to_the_next(store: Store) -> None:
    with store.write() as tx:
        submitted = add(tx, *(edit(f"f{number}", f"{number}") for number in range(CAP + 1)))
    claimed = take(store, submitted.calls[0].key)
    assert claimed is not None
    outcome = give_up(store, claimed)
    assert outcome is not None
    assert ids(outcome.ready) == [f"f{CAP}"]


def test_waiting_calls_take_no_slot(store: Store) -> None:
    with store.write() as tx:
        submitted = add(tx, *(edit(f"w{number}", "x") for number in range(5)), edit("free", "y"), cap=2)
    assert ids(submitted.outcome.ready) == ["w0", "free"]


def test_a_set_free_call_is_told_and_dispatched_with_the_end_of_the_one_before(store: Store) -> None:
    with store.write() as tx:
        first, _, _ = add(tx, edit("a", "x"), edit("b", "x"), edit("c", "x")).calls
    outcome = complete(store, first.key)
    told = [(call.version, call.status, call.waiting_for) for call in outcome.told if call.id == "b"]
    assert told == [(2, "queued", [])]
    assert ids(outcome.ready) == ["b"]
    assert row(store, "c").waiting_for == ["b"]


def test_a_call_that_leaves_the_middle_of_a_line_hands_its_edges_on(store: Store) -> None:
    with store.write() as tx:
        first, middle, _ = add(tx, edit("a", "x"), edit("b", "x"), edit("c", "x")).calls
    assert edges(store) == {("b", "a"), ("c", "b")}
    outcome = cancel(store, middle)
    assert (ids(outcome.ready), edges(store)) == ([], {("c", "a")})
    last = row(store, "c")
    assert (last.waiting_for, last.dispatched_at) == (["a"], None)
    assert take(store, last.key) is None
    assert ids(complete(store, first.key).ready) == ["c"]
    assert edges(store) == set()


def test_a_call_waits_until_the_last_of_those_before_it_has_ended(store: Store) -> None:
    with store.write() as tx:
        one, two, _, _ = add(tx, edit("a", "x"), edit("b", "y"), edit("both", "x", "y"), edit("next", "y")).calls
    assert ids(complete(store, two.key).ready) == []
    assert row(store, "both").waiting_for == ["a"]
    assert ids(complete(store, one.key).ready) == ["both"]


def test_a_final_call_leaves_nothing_in_the_order(store: Store) -> None:
    with store.write() as tx:
        first, second = add(tx, edit("a", "x"), edit("b", "x", "y")).calls
    complete(store, first.key)
    claimed = claim_last(store, second.key)
    give_up(store, claimed)
    with store.read() as tx:
        assert tx.execute(select(call_accesses)).all() == []
        assert tx.execute(select(call_waits)).all() == []


def test_a_call_that_is_already_dispatched_is_not_dispatched_again(store: Store) -> None:
    with store.write() as tx:
        first, _ = add(tx, edit("a", "x"), edit("b", "y")).calls
    assert ids(complete(store, first.key).ready) == []
