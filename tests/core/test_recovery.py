"""The reconciler finds what was left undone between a commit and what follows it, and harms nobody who did it."""

from typing import Any

import pytest
from kombu.exceptions import OperationalError
from sqlalchemy import insert, select, update

from broker.dispatch import dispatch
from broker.outbox import now
from models.lifecycle import Status
from models.tables import api_keys, idempotency_keys, tokens, tool_calls
from tests.core.calls import ERROR, add, complete, edit, take
from tests.core.parts import Parts
from tests.core.together import together
from tests.core.tools import new, tool_of
from workers import unclaimed
from workers.recovery import BATCH, reconcile
from workers.unclaimed import LOST_SECONDS, SETTLE_SECONDS


def change(parts: Parts, **values: Any) -> None:
    with parts.store.write() as tx:
        tx.execute(update(tool_calls).values(**values))


def grow_old(parts: Parts, seconds: float = SETTLE_SECONDS + 1) -> None:
    """Let everything that was done to calls have been done so long ago."""
    change(parts, moved_at=now() - seconds, dispatched_at=tool_calls.c.dispatched_at - seconds)


def link_ids(parts: Parts) -> list[str]:
    return sorted(link.id for link in parts.take_links())


def undispatched(parts: Parts, *ids: str) -> list[int]:
    """Calls that are ready, but whose chains nobody could send; gives their keys."""
    with parts.store.write() as tx:
        calls = add(tx, *(edit(id, id) for id in ids)).calls
    change(parts, dispatched_at=None)
    return [call.key for call in calls]


def test_a_ready_call_that_was_never_dispatched_is(parts: Parts) -> None:
    (key,) = undispatched(parts, "a")
    grow_old(parts)
    reconcile(parts.context)
    assert link_ids(parts) == [f"{key}.1.0"]
    assert parts.call("a").dispatched_at is not None
    reconcile(parts.context)
    assert link_ids(parts) == []


def test_what_happened_just_now_is_left_to_who_does_it(parts: Parts) -> None:
    undispatched(parts, "a")
    parts.submit(edit("b", "b"))
    parts.take_links()
    reconcile(parts.context)
    assert link_ids(parts) == []


def test_an_apps_share_holds_for_the_reconciler_too(parts: Parts) -> None:
    undispatched(parts, *(f"c{number}" for number in range(parts.settings.app_concurrency + 3)))
    grow_old(parts)
    reconcile(parts.context)
    assert len(link_ids(parts)) == parts.settings.app_concurrency


def test_a_call_that_waits_is_not_dispatched(parts: Parts) -> None:
    first, second = parts.submit(edit("a", "x"), edit("b", "x"))
    change(parts, dispatched_at=None)
    grow_old(parts)
    parts.take_links()
    reconcile(parts.context)
    assert link_ids(parts) == [f"{first.key}.1.0"]
    assert parts.call("b").dispatched_at is second.dispatched_at is None


def test_a_lost_link_is_sent_again_with_the_same_epoch(parts: Parts) -> None:
    (call,) = parts.submit(edit("a", "x"))
    parts.take_links()
    grow_old(parts)
    reconcile(parts.context)
    assert link_ids(parts) == [f"{call.key}.1.0"]
    reconcile(parts.context)
    assert link_ids(parts) == []


def test_a_lost_link_in_the_middle_of_a_chain_is_sent_again(parts: Parts) -> None:
    tool = tool_of(lambda run: None, lambda run: None)
    (call,) = parts.submit(new(tool))
    parts.run(tool, call, 0)
    parts.take_links()
    grow_old(parts)
    reconcile(parts.context)
    (link,) = parts.take_links()
    assert (link.id, link.rest) == (f"{call.key}.1.1", ())
    assert parts.run(tool, call, 1)


def test_a_link_that_waits_in_its_queue_is_not_lost(parts: Parts) -> None:
    parts.submit(edit("a", "x"), edit("b", "y"))
    grow_old(parts)
    reconcile(parts.context)
    assert len(link_ids(parts)) == 2


def test_a_lost_link_is_sent_again_though_others_wait_in_its_queue(parts: Parts) -> None:
    lost, waiting = parts.submit(edit("a", "x"), edit("b", "y"))
    parts.client.rpop("cel:files")
    grow_old(parts)
    reconcile(parts.context)
    assert link_ids(parts) == [f"{lost.key}.1.0", f"{waiting.key}.1.0"]


def test_however_long_a_link_waits_it_is_sent_once(parts: Parts) -> None:
    (call,) = parts.submit(edit("a", "x"))
    grow_old(parts, LOST_SECONDS + 1)
    reconcile(parts.context)
    assert link_ids(parts) == [f"{call.key}.1.0"]


@pytest.fixture
def opaque(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker whose queues can be counted and not read, as RabbitMQ's."""
    monkeypatch.setattr(unclaimed, "waiting_links", lambda celery, queues: None)


@pytest.mark.usefixtures("opaque")
def test_where_queues_cannot_be_read_a_link_is_sent_again_when_its_queue_is_empty(parts: Parts) -> None:
    lost, _ = parts.submit(edit("a", "x"), edit("b", "y"))
    grow_old(parts)
    parts.client.rpop("cel:files")
    reconcile(parts.context)
    assert len(link_ids(parts)) == 1
    reconcile(parts.context)
    assert f"{lost.key}.1.0" in link_ids(parts)


@pytest.mark.usefixtures("opaque")
def test_where_queues_cannot_be_read_a_link_is_sent_again_after_a_minute_whatever_waits(parts: Parts) -> None:
    (call,) = parts.submit(edit("a", "x"))
    grow_old(parts, LOST_SECONDS + 1)
    reconcile(parts.context)
    assert link_ids(parts) == [f"{call.key}.1.0"] * 2


def test_a_claimed_call_gets_no_second_link(parts: Parts) -> None:
    (call,) = parts.submit(edit("a", "x"))
    parts.take_links()
    take(parts.store, call.key)
    grow_old(parts, LOST_SECONDS + 1)
    reconcile(parts.context)
    assert link_ids(parts) == []


def test_a_final_call_gets_no_link(parts: Parts) -> None:
    first, _ = parts.submit(edit("a", "x"), edit("b", "y", error=ERROR))
    parts.take_links()
    complete(parts.store, first.key)
    grow_old(parts, LOST_SECONDS + 1)
    reconcile(parts.context)
    assert link_ids(parts) == []


def test_a_doubled_link_changes_nothing(parts: Parts) -> None:
    runs: list[int] = []
    tool = tool_of(lambda run: runs.append(1), lambda run: runs.append(2))
    (call,) = parts.submit(new(tool))
    dispatch(parts.celery, call)
    parts.run_all(tool)
    assert runs == [1, 2]
    assert parts.call("c1").status is Status.SUCCEEDED


def test_reconcilers_that_run_at_once_send_each_link_once(parts: Parts) -> None:
    lost = parts.submit(*(edit(f"lost{number}", f"l/{number}") for number in range(4)))
    parts.take_links()
    grow_old(parts)
    ready = undispatched_beside(parts)
    together(*[lambda: reconcile(parts.context)] * 3)
    assert link_ids(parts) == sorted(f"{key}.1.0" for key in [*(call.key for call in lost), *ready])


def undispatched_beside(parts: Parts) -> list[int]:
    """Two more ready calls, in another app, without touching the mark of those that are there."""
    with parts.store.write() as tx:
        calls = add(tx, edit("r1", "a"), edit("r2", "b"), app="other", message="m2").calls
        tx.execute(update(tool_calls).where(tool_calls.c.app_id == "other").values(dispatched_at=None, moved_at=1.0))
    return [call.key for call in calls]


def test_what_redis_missed_is_told_later_in_order_and_idle_at_the_end(parts: Parts) -> None:
    tool, away = tool_of(lambda run: None, lambda run: None), parts.without_log()
    away.submit(new(tool, "c1"), new(tool, "c2", file_path="b"))
    away.run_all(tool)
    assert parts.events() == []
    grow_old(parts)
    reconcile(parts.context)
    for id in ("c1", "c2"):
        assert [one["version"] for one in parts.told(f"m1/{id}")] == [1, 2, 3, 4]
        assert parts.call(id).announced == 4
    last = parts.events()[-1]
    assert (last.kind, last.version) == ("message", 2)
    before = parts.events()
    reconcile(parts.context)
    assert parts.events() == before


def test_what_was_told_but_not_marked_is_not_told_twice(parts: Parts) -> None:
    tool = tool_of(lambda run: None)
    parts.submit(new(tool))
    parts.run_all(tool)
    before = parts.events()
    change(parts, announced=0)
    grow_old(parts)
    reconcile(parts.context)
    assert parts.events() == before
    assert parts.call("c1").announced == 3


def test_without_redis_the_reconciler_leaves_moves_due(parts: Parts) -> None:
    away = parts.without_log()
    away.submit(edit("a", "x"))
    grow_old(parts)
    reconcile(away.context)
    assert parts.call("a").announced == 0
    reconcile(parts.context)
    assert parts.call("a").announced == 1


def test_a_message_is_not_told_idle_before_its_calls_when_very_many_moves_are_due(parts: Parts) -> None:
    with parts.store.write() as tx:
        add(tx, *(edit(f"c{number}", error=ERROR) for number in range(BATCH)), message="m1")
        (call,) = add(tx, edit("last", "x"), message="m2").calls
    complete(parts.store, call.key)
    grow_old(parts)
    reconcile(parts.context)
    assert [event for event in parts.events() if event.message_id == "m2"] == []
    reconcile(parts.context)
    kinds = [(event.kind, event.version) for event in parts.events() if event.message_id == "m2"]
    assert kinds == [("tool_call", 1), ("tool_call", 2), ("tool_call", 3), ("flow", 1), ("message", 2)]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_without_a_broker_moves_are_told_all_the_same(parts: Parts) -> None:
    parts.without_log().submit(edit("a", "x"))
    grow_old(parts)
    with pytest.raises(OperationalError):
        reconcile(parts.without_broker().context)
    assert [one["version"] for one in parts.told("m1/a")] == [1]


def test_what_has_expired_is_deleted(parts: Parts) -> None:
    with parts.store.write() as tx:
        tx.execute(insert(api_keys), {"id": 1, "name": "first", "sha256": "first", "created_at": 1.0})
        tx.execute(insert(idempotency_keys), {"key_id": 1, "key": "k1", "fingerprint": "this", "at": 1.0})
        plain = {"key_id": 1, "kind": "token", "grants": [], "created_at": 1.0}
        ends = {"over": now() - 1, "good": now() + 600}
        tx.execute(insert(tokens), [{**plain, "sha256": name, "expires_at": end} for name, end in ends.items()])
    reconcile(parts.context)
    with parts.store.read() as tx:
        assert tx.execute(select(idempotency_keys)).all() == []
        assert tx.execute(select(tokens.c.sha256)).scalars().all() == ["good"]
