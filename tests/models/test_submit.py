"""Accepting calls: numbered in order, durable, and harmless to repeat."""

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.database import Store
from models.errors import CallIdConflict
from models.lifecycle import Status
from models.message import add_text, find_message
from models.tables import apps, call_accesses, call_waits, messages, tool_calls
from models.turn import lock_app
from tests.core.calls import ERROR, add, complete, edit

STORED = (apps, messages, tool_calls, call_accesses, call_waits)


def stored(store: Store) -> list[int]:
    with store.read() as tx:
        return [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in STORED]


def numbers(calls: list[Call]) -> list[tuple[str, int, int]]:
    return [(call.id, call.seq, call.index) for call in calls]


def test_calls_are_numbered_in_their_app_and_in_their_message(store: Store) -> None:
    with store.write() as tx:
        first = add(tx, edit("a", "x"), edit("b", "y"), message="m1").calls
        second = add(tx, edit("a", "z"), message="m2").calls
        third = add(tx, edit("c", "x"), edit("d", "x"), message="m1").calls
        other = add(tx, edit("a", "x"), app="other", message="m1").calls
    assert numbers(first + second + third) == [("a", 1, 0), ("b", 2, 1), ("a", 3, 0), ("c", 4, 2), ("d", 5, 3)]
    assert numbers(other) == [("a", 1, 0)]


def test_the_same_id_and_content_again_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        first = add(tx, edit("a", "x"), edit("b", "x")).calls
    before = stored(store)
    with store.write() as tx:
        again = add(tx, edit("b", "x"), edit("c", "y"), edit("a", "x"), edit("c", "y"))
    assert numbers(again.calls) == [("b", 2, 1), ("c", 3, 2), ("a", 1, 0), ("c", 3, 2)]
    assert [call.id for call in again.outcome.told] == ["c"]
    assert again.calls[2].version == first[0].version
    assert stored(store) == [before[0], before[1], before[2] + 1, before[3] + 1, before[4]]


def test_a_repeated_submit_gives_the_state_of_now(store: Store) -> None:
    with store.write() as tx:
        (call,) = add(tx, edit("a", "x")).calls
    complete(store, call.key)
    with store.write() as tx:
        again = add(tx, edit("a", "x"))
    assert again.calls[0].status is Status.SUCCEEDED
    assert (again.outcome.told, again.outcome.ready, again.outcome.messages) == ([], [], [])


@pytest.mark.parametrize("known", [True, False], ids=["in an earlier batch", "in this batch"])
def test_an_id_with_other_content_refuses_the_whole_batch(store: Store, known: bool) -> None:
    before = edit("a", "x", content="one")
    if known:
        with store.write() as tx:
            add(tx, before)
    there = stored(store)
    with pytest.raises(CallIdConflict) as caught, store.write() as tx:
        add(tx, edit("new", "y"), *([] if known else [before]), edit("a", "x", content="two"))
    index = 1 if known else 2
    assert caught.value.errors == [
        {"index": index, "pointer": f"/tool_calls/{index}/id", "detail": caught.value.detail}
    ]
    assert stored(store) == there


def test_an_id_belongs_to_its_message_alone(store: Store) -> None:
    with store.write() as tx:
        add(tx, edit("a", "x", content="one"), message="m1")
        (call,) = add(tx, edit("a", "x", content="two"), message="m2").calls
    assert call.seq == 2


def test_a_refused_call_is_failed_at_once_and_touches_nothing(store: Store) -> None:
    with store.write() as tx:
        refused, after = add(tx, edit("a", "x", error=ERROR), edit("b", "x")).calls
    assert (refused.status, refused.error, refused.finished_at) == (Status.FAILED, ERROR, refused.submitted_at)
    assert (after.waiting_for, after.status) == ([], Status.QUEUED)
    with store.read() as tx:
        touching = set(tx.execute(select(call_accesses.c.call_key)).scalars())
        message = find_message(tx, "demo", "m1")
    assert touching == {after.key}
    assert message is not None
    assert (message.open, message.counts["failed"], message.counts["total"]) == (1, 1, 2)


def test_a_call_names_those_that_must_finish_first(store: Store) -> None:
    with store.write() as tx:
        add(tx, edit("w", "src/a"), edit("r1", reads=["src/a"]), edit("r2", reads=["src/a"]), message="m1")
        calls = add(tx, edit("again", "src/a"), edit("far", "b"), edit("folder", "src"), edit("all", "*"), message="m2")
    assert [call.waiting_for for call in calls.calls] == [["r1", "r2"], [], ["again"], ["far", "folder"]]


def test_a_call_waits_for_no_final_one(store: Store) -> None:
    with store.write() as tx:
        (first,) = add(tx, edit("a", "x")).calls
    complete(store, first.key)
    with store.write() as tx:
        (second,) = add(tx, edit("b", "x")).calls
    assert second.waiting_for == []


def test_another_apps_calls_are_nobodys_predecessors(store: Store) -> None:
    with store.write() as tx:
        add(tx, edit("a", "*"), app="other")
        (call,) = add(tx, edit("b", "x")).calls
    assert call.waiting_for == []


def test_many_paths_at_once_find_their_predecessors(store: Store) -> None:
    with store.write() as tx:
        add(tx, *(edit(f"w{number}", f"folder/{number}") for number in range(60)))
        later = add(tx, *(edit(f"r{number}", reads=[f"folder/{number}"]) for number in range(60))).calls
    assert [call.waiting_for for call in later] == [[f"w{number}"] for number in range(60)]


def test_a_message_turns_running_and_idle_once_each_time(store: Store) -> None:
    with store.write() as tx:
        first = add(tx, edit("a", "x"))
        second = add(tx, edit("b", "y"))
    assert [(one.status, one.version) for one in first.outcome.messages + second.outcome.messages] == [
        ("running", 1),
        ("running", 1),
    ]
    assert complete(store, first.calls[0].key).messages == []
    (idle,) = complete(store, second.calls[0].key).messages
    assert (idle.status, idle.version, idle.counts["succeeded"]) == ("idle", 2, 2)
    with store.write() as tx:
        (again,) = add(tx, edit("c", "x")).outcome.messages
    assert (again.status, again.version) == ("running", 3)


def test_a_messages_flow_is_the_conversation_as_it_went(store: Store) -> None:
    with store.write() as tx:
        add(tx, edit("a", "x"), edit("b", "y"))
        message = add(tx, edit("c", "x")).outcome.messages[0]
        lock_app(tx, "demo", 1.0)
        add_text(tx, message, "and then")
        flow = add(tx, edit("d", "x")).outcome.messages[0].flow
    assert flow == [
        {"type": "tool_calls", "ids": ["a", "b", "c"]},
        {"type": "text", "text": "and then"},
        {"type": "tool_calls", "ids": ["d"]},
    ]
