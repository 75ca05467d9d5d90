"""What a committed transaction left to do: told, then sent; and what cannot be told or sent now stays due in the rows."""

from typing import Any

import pytest
import redis
from sqlalchemy import select, update

from broker.later import Later
from broker.log import stream_key
from broker.marks import Marks
from broker.outbox import Outbox
from models.database import Store
from models.events import CallMoved, CallProgressed
from models.outcome import Outcome
from models.settings import Settings
from models.submit import Submission
from models.tables import messages, tool_calls
from ops.local.port import free_port
from tests.core.calls import add, complete, edit, take
from tests.core.door import Door
from tests.core.parts import Parts


def submitted(parts: Parts, *ids: str) -> Submission:
    """Calls that are committed, with nothing delivered yet."""
    with parts.store.write() as tx:
        return add(tx, *(edit(id, id) for id in ids))


def rows(parts: Parts, *columns: str) -> list[Any]:
    parts.context.marks.write()
    with parts.store.read() as tx:
        return [tuple(row) for row in tx.execute(select(*(tool_calls.c[name] for name in columns)))]


def announced_message(parts: Parts) -> int:
    with parts.store.read() as tx:
        return tx.execute(select(messages.c.announced)).scalar_one()


def test_what_happened_is_told_and_then_the_chains_are_sent(parts: Parts, client: redis.Redis) -> None:
    outcome = submitted(parts, "a", "b").outcome
    with client.monitor() as monitor:
        parts.outbox.deliver(outcome)
        client.echo("the end")
        commands = []
        for said in monitor.listen():
            commands.append(said["command"])
            if "the end" in said["command"]:
                break
    told = [place for place, command in enumerate(commands) if command.startswith("XADD")]
    sent = [place for place, command in enumerate(commands) if command.startswith("LPUSH")]
    assert (len(told), len(sent)) == (4, 2)
    assert max(told) < min(sent)


def test_a_submit_is_told_call_by_call_and_then_the_message(parts: Parts) -> None:
    parts.outbox.deliver(submitted(parts, "a", "b").outcome)
    assert [(event.kind, event.subject) for event in parts.events()] == [
        ("tool_call", "m1/a"),
        ("tool_call", "m1/b"),
        ("flow", "m1//flow"),
        ("message", "m1//"),
    ]


def test_what_was_told_is_marked(parts: Parts) -> None:
    parts.outbox.deliver(submitted(parts, "a", "b").outcome)
    assert rows(parts, "announced") == [(1,), (1,)]
    assert announced_message(parts) == 1


def test_an_older_mark_never_replaces_a_newer_one(parts: Parts) -> None:
    outcome = submitted(parts, "a").outcome
    with parts.store.write() as tx:
        tx.execute(update(tool_calls).values(announced=5))
    parts.outbox.deliver(outcome)
    assert rows(parts, "announced") == [(5,)]


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_marking_waits_for_no_row_that_another_holds(parts: Parts, store: Store) -> None:
    outcome = submitted(parts, "a", "b").outcome
    held = outcome.told[1].key
    with store.write() as tx:
        tx.execute(select(tool_calls.c.key).where(tool_calls.c.key == held).with_for_update())
        parts.outbox.deliver(outcome)
        parts.context.marks.write()
    assert sorted(rows(parts, "id", "announced")) == [("a", 1), ("b", 0)]


def test_without_redis_chains_are_sent_and_moves_stay_due(parts: Parts) -> None:
    outcome = submitted(parts, "a", "b").outcome
    parts.without_log().outbox.deliver(outcome)
    assert len(parts.take_links()) == 2
    assert rows(parts, "announced") == [(0,), (0,)]
    assert announced_message(parts) == 0


def test_without_redis_nothing_counts_as_told(parts: Parts) -> None:
    facts = [CallMoved(call) for call in submitted(parts, "a").calls]
    assert not parts.without_log().outbox.tell(facts)
    assert rows(parts, "announced") == [(0,)]
    assert parts.outbox.tell(facts)
    assert rows(parts, "announced") == [(1,)]


def test_without_a_broker_calls_are_told_and_stay_ready(parts: Parts) -> None:
    outcome = submitted(parts, "a", "b").outcome
    parts.without_broker().outbox.deliver(outcome)
    assert [event.subject for event in parts.events()][:2] == ["m1/a", "m1/b"]
    assert rows(parts, "status", "dispatched_at") == [("queued", None)] * 2


def test_without_a_broker_it_is_asked_for_one_call_and_not_for_each(parts: Parts, settings: Settings) -> None:
    visits = []
    for ids in (["a"], [f"b{number}" for number in range(6)]):
        with Door(settings.redis_url) as door:
            door.slam()
            parts.without_broker(door.url).outbox.deliver(submitted(parts, *ids).outcome)
            visits.append(door.visits)
    assert visits[0] == visits[1] > 0
    assert rows(parts, "dispatched_at") == [(None,)] * 7


def test_a_call_that_was_claimed_meanwhile_stays_dispatched(parts: Parts) -> None:
    submission = submitted(parts, "a")
    take(parts.store, submission.calls[0].key)
    parts.without_broker().outbox.deliver(Outcome(ready=submission.outcome.ready))
    assert rows(parts, "dispatched_at") == [(submission.outcome.ready[0].dispatched_at,)]


@pytest.mark.parametrize("meanwhile", [{"epoch": 2}, {"dispatched_at": 5.0}, {"status": "running"}])
def test_a_call_that_went_on_meanwhile_stays_dispatched(parts: Parts, meanwhile: dict[str, Any]) -> None:
    outcome = submitted(parts, "a").outcome
    with parts.store.write() as tx:
        tx.execute(update(tool_calls).values(**meanwhile))
    parts.without_broker().outbox.deliver(Outcome(ready=outcome.ready))
    assert rows(parts, "dispatched_at") == [(meanwhile.get("dispatched_at", outcome.ready[0].dispatched_at),)]


def test_without_a_database_for_marks_chains_are_sent_all_the_same(parts: Parts) -> None:
    outcome = submitted(parts, "a").outcome
    away = Store(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")
    marks = Marks(away, Later())
    Outbox(parts.store, parts.log, parts.celery, marks).deliver(outcome)
    marks.write()
    away.close()
    assert len(parts.take_links()) == 1
    assert rows(parts, "announced") == [(0,)]


def test_what_nobody_told_comes_before_what_follows_it(parts: Parts) -> None:
    parts.without_log().outbox.deliver(submitted(parts, "a", "b").outcome)
    claimed = take(parts.store, parts.call("a").key)
    assert claimed is not None
    assert parts.outbox.tell([CallMoved(claimed.call)])
    told = parts.told("m1/a")
    assert [(one["version"], one["status"]) for one in told] == [(1, "queued"), (2, "running")]
    assert parts.told("m1/b") == []


def test_progress_waits_for_the_word_that_its_stage_has_begun(parts: Parts) -> None:
    parts.outbox.deliver(submitted(parts, "a").outcome)
    claimed = take(parts.store, parts.call("a").key)
    assert claimed is not None
    parts.outbox.publish(CallProgressed(claimed.call, 12.5, None))
    assert [(one["version"], one["progress"]) for one in parts.told("m1/a")] == [(1, 0.0), (2, 0.0), (2, 12.5)]


def test_what_is_known_to_have_been_told_is_not_told_again_to_an_emptied_redis(
    parts: Parts, client: redis.Redis
) -> None:
    parts.outbox.deliver(submitted(parts, "a").outcome)
    assert rows(parts, "announced") == [(1,)]
    claimed = take(parts.store, parts.call("a").key)
    assert claimed is not None
    client.flushdb()
    assert parts.outbox.tell([CallMoved(claimed.call)])
    assert [one["version"] for one in parts.told("m1/a")] == [2]


def test_idle_is_told_after_every_move_of_the_message(parts: Parts) -> None:
    first, second = submitted(parts, "a", "b").calls
    complete(parts.store, first.key)
    outcome = complete(parts.store, second.key)
    parts.outbox.deliver(outcome)
    told = [(event.subject, event.version) for event in parts.events()]
    assert told[-1] == ("m1//", 2)
    assert {("m1/a", 1), ("m1/a", 2), ("m1/a", 3), ("m1/b", 1), ("m1/b", 2), ("m1/b", 3)} <= set(told)
    assert rows(parts, "announced") == [(3,), (3,)]


def test_an_outcome_that_is_delivered_twice_is_told_once(parts: Parts, client: redis.Redis) -> None:
    outcome = submitted(parts, "a").outcome
    parts.outbox.deliver(outcome)
    parts.outbox.deliver(outcome)
    assert client.xlen(stream_key("demo")) == 3


def test_numbers_of_any_size_can_be_told(parts: Parts) -> None:
    submitted(parts, "a")
    with parts.store.write() as tx:
        tx.execute(update(tool_calls).values(detail={"n": 2**70}))
    parts.outbox.deliver(Outcome(told=[parts.call("a")]))
    assert b'{"n":1180591620717411303424}' in parts.events()[0].data
