"""Appending to an app's log: an id for each event, on the channel at once, and never older than what was told."""

import pytest
import redis

from broker.log import HELD, Event, EventId, EventLog, era_key, stream_key, told_key
from models.events import Entry
from models.settings import Settings
from tests.core.entries import lines, moved, progressed
from tests.wait import wait_until


@pytest.fixture
def log(client: redis.Redis, settings: Settings) -> EventLog:
    return EventLog(client, settings)


def accepted(log: EventLog, *entries: Entry) -> list[bool]:
    """Append one after the other: which were not refused."""
    return [log.append([entry]) != [None] for entry in entries]


def test_ids_rise_and_name_the_logs_era(log: EventLog, client: redis.Redis) -> None:
    ids = [EventId.parse(id or "") for id in log.append([lines(1), lines(2)]) + log.append([lines(3)])]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3
    assert {id.era.encode() for id in ids} == {client.get(era_key("demo"))}


def test_an_older_version_is_refused(log: EventLog) -> None:
    assert accepted(log, moved(2), moved(1), progressed(1, 99.0), moved(3)) == [True, False, False, True]


def test_the_same_move_is_told_once(log: EventLog) -> None:
    assert accepted(log, moved(1), moved(1), moved(1, 50.0)) == [True, False, False]


def test_progress_of_a_version_never_falls(log: EventLog) -> None:
    assert accepted(log, moved(2, 10.0), progressed(2, 9.0), progressed(2, 20.0), progressed(2, 19.9)) == [
        True,
        False,
        True,
        False,
    ]


def test_the_same_progress_again_is_taken_for_its_note_may_be_new(log: EventLog) -> None:
    assert accepted(log, moved(2, 10.0), progressed(2, 10.0), progressed(2, 10.0)) == [True, True, True]


def test_a_newer_version_may_have_less_progress(log: EventLog) -> None:
    assert accepted(log, progressed(2, 90.0), moved(3, 0.0)) == [True, True]


def test_subjects_and_apps_do_not_stand_in_each_others_way(log: EventLog) -> None:
    others = [moved(1, subject="m1/c2"), moved(1, subject="m2/c1"), moved(1, app="other")]
    assert accepted(log, moved(5), *others) == [True] * 4


def test_events_without_a_subject_always_count(log: EventLog) -> None:
    assert accepted(log, lines(1), lines(1), lines(0)) == [True] * 3


def test_several_at_once_are_judged_like_one_after_another(log: EventLog) -> None:
    answers = log.append([moved(1), progressed(1, 5.0), moved(1), lines(1), progressed(1, 4.0), moved(2)])
    assert [answer is not None for answer in answers] == [True, True, False, True, False, True]
    assert log.append([]) == []


def test_what_follows_a_version_that_nobody_told_is_held_back_and_so_is_the_rest(log: EventLog) -> None:
    assert HELD not in log.append([moved(1, since=0)])
    first, *rest = log.append([lines(1), moved(3, since=0), lines(2)])
    assert first is not None and rest == [HELD, HELD]
    assert HELD not in log.append([moved(3, since=2), progressed(3, 5.0, since=2)])
    assert log.append([progressed(4, 5.0, since=3)]) == [HELD]
    assert HELD not in log.append([moved(4, since=-1)])


def test_a_refused_event_leaves_no_trace(log: EventLog, client: redis.Redis) -> None:
    log.append([moved(2, 5.0)])
    before = client.xlen(stream_key("demo")), client.hgetall(told_key("demo", "m1/c1"))
    log.append([moved(1), progressed(2, 4.0)])
    assert (client.xlen(stream_key("demo")), client.hgetall(told_key("demo", "m1/c1"))) == before


def test_what_is_published_is_the_event_as_it_stands_in_the_log(log: EventLog, client: redis.Redis) -> None:
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(stream_key("demo"))
        pubsub.get_message(timeout=5)
        (id,) = log.append([progressed(3, 41.7)])
        message = wait_until(lambda: pubsub.get_message(timeout=1), "the event on the channel")
    event = Event.from_channel(message["data"])
    assert str(event.id) == id
    assert event == Event(event.id, "tool_call", "m1", "m1/c1", 3, 41.7, True, b'{"v":3,"p":41.7}')


def test_data_may_hold_line_ends_and_any_bytes(log: EventLog, client: redis.Redis) -> None:
    data = b'{"a":"\xc3\xa9"}\n\r\n \x00'
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(stream_key("demo"))
        pubsub.get_message(timeout=5)
        log.append([Entry("demo", "log", "m1", data)])
        message = wait_until(lambda: pubsub.get_message(timeout=1), "the event on the channel")
    event = Event.from_channel(message["data"])
    assert (event.data, event.subject) == (data, "")


def test_an_emptied_redis_gets_a_new_era_and_takes_what_comes(log: EventLog, client: redis.Redis) -> None:
    first = EventId.parse(log.append([moved(5)])[0] or "")
    client.flushall()
    second = EventId.parse(log.append([moved(4)])[0] or "")
    assert first.era != second.era


def test_a_log_whose_era_was_lost_does_not_keep_older_events(log: EventLog, client: redis.Redis) -> None:
    log.append([lines(1), lines(2)])
    client.delete(era_key("demo"))
    log.append([lines(3)])
    assert client.xlen(stream_key("demo")) == 1


def test_a_server_that_forgot_the_script_gets_it_again(log: EventLog, client: redis.Redis) -> None:
    log.append([moved(1)])
    client.script_flush()
    assert log.append([moved(2)]) != [None]
    client.script_flush()
    assert None not in log.append([moved(3), lines(1)])
    assert client.xlen(stream_key("demo")) == 4


def test_every_key_goes_by_itself(log: EventLog, client: redis.Redis, settings: Settings) -> None:
    log.append([moved(1), lines(1), moved(1, subject="m1/c2", app="other")])
    keys = client.keys("*")
    assert len(keys) == 6
    assert all(settings.log_seconds - 60 < client.ttl(key) <= settings.log_seconds for key in keys)


def test_each_event_keeps_its_log_alive(log: EventLog, client: redis.Redis, settings: Settings) -> None:
    log.append([moved(1)])
    for key in client.keys("*"):
        client.expire(key, 10)
    log.append([moved(2)])
    assert min(client.ttl(key) for key in client.keys("*")) > settings.log_seconds - 60


def test_keys_of_an_app_share_a_hash_tag(log: EventLog, client: redis.Redis) -> None:
    log.append([moved(1)])
    assert all(key.startswith(b"tr:{demo}:") for key in client.keys("*"))


def test_a_log_keeps_about_as_many_events_as_the_settings_say(client: redis.Redis, redis_url: str) -> None:
    log = EventLog(client, Settings(redis_url=redis_url, log_events=300))
    log.append([lines(number) for number in range(1000)])
    assert 300 <= client.xlen(stream_key("demo")) < 500


@pytest.mark.parametrize(
    "text", ["", "a-1", "a-1-2-3", "a--1", "-1-2", "a b-1-2", "é-1-2", "a-x-2", "a-1--2", "a-1-2\n"]
)
def test_what_is_no_id_of_ours_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError):
        EventId.parse(text)


def test_ids_are_compared_as_numbers() -> None:
    assert EventId.parse("e-9-10") > EventId.parse("e-9-9")
    assert EventId.parse("e-10-0") > EventId.parse("e-9-99")
    assert str(EventId.parse("e-10-0")) == "e-10-0"
