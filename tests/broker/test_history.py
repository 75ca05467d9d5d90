"""Reading an app's log: exactly what came after an id, or the word that this cannot be promised any more."""

import pytest
import redis

from broker.history import PAGE, History
from broker.log import EventId, EventLog, era_key, stream_key
from models.settings import Settings
from tests.core.entries import lines, moved, progressed


@pytest.fixture
def log(client: redis.Redis, settings: Settings) -> EventLog:
    return EventLog(client, settings)


@pytest.fixture
def history(client: redis.Redis, settings: Settings) -> History:
    return History(client, settings)


def write(log: EventLog, count: int) -> list[EventId]:
    return [EventId.parse(id or "") for id in log.append([lines(number) for number in range(count)])]


def ids_after(history: History, last: EventId) -> list[EventId] | None:
    found = history.after("demo", last)
    return None if found is None else [event.id for event in found]


def test_after_an_id_comes_exactly_the_rest(log: EventLog, history: History) -> None:
    ids = write(log, 5)
    for place, last in enumerate(ids):
        assert ids_after(history, last) == ids[place + 1 :]
    assert ids_after(history, EventId(ids[0].era, 0, 0)) == ids


def test_what_is_read_is_what_was_written(log: EventLog, history: History) -> None:
    log.append([moved(1), progressed(1, 41.7)])
    start = EventId(history.position("demo").era, 0, 0)
    first, second = history.after("demo", start) or []
    assert (first.kind, first.message_id, first.subject, first.version, first.live) == (
        "tool_call",
        "m1",
        "m1/c1",
        1,
        False,
    )
    assert (second.progress, second.live, second.data) == (41.7, True, b'{"v":1,"p":41.7}')


@pytest.mark.parametrize("count", [PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 1])
def test_a_long_history_is_whole_and_in_order(log: EventLog, history: History, count: int) -> None:
    ids = write(log, count + 1)
    assert ids_after(history, ids[0]) == ids[1:]


def test_nothing_is_promised_beyond_the_end(log: EventLog, history: History) -> None:
    last = write(log, 3)[-1]
    assert ids_after(history, last) == []
    assert ids_after(history, EventId(last.era, last.ms, last.n + 1)) is None
    assert ids_after(history, EventId(last.era, last.ms + 10**6, 0)) is None


def test_nothing_is_promised_after_an_id_of_another_era(log: EventLog, history: History, client: redis.Redis) -> None:
    (before,) = write(log, 1)
    client.flushall()
    assert ids_after(history, before) is None
    write(log, 3)
    assert ids_after(history, before) is None


def test_nothing_is_promised_after_what_was_cut(client: redis.Redis, history: History, redis_url: str) -> None:
    log = EventLog(client, Settings(redis_url=redis_url, log_events=100))
    ids = write(log, 500)
    kept = client.xlen(stream_key("demo"))
    assert kept < 500
    assert ids_after(history, ids[0]) is None
    assert ids_after(history, EventId(ids[0].era, 0, 0)) is None
    assert ids_after(history, ids[-kept - 2]) is None
    assert ids_after(history, ids[-kept]) == ids[-kept + 1 :]


def test_what_is_cut_while_it_is_read_is_noticed(client: redis.Redis, settings: Settings, redis_url: str) -> None:
    ids = write(EventLog(client, settings), 2 * PAGE)
    busy = CutBetweenPages(redis_url)
    assert ids_after(History(busy, settings), ids[0]) is None
    busy.close()


class CutBetweenPages(redis.Redis):
    """A client with a colleague who cuts the log after the first page was read."""

    def __init__(self, url: str) -> None:
        super().__init__(connection_pool=redis.ConnectionPool.from_url(url))

    def xrange(self, name, *args, **options):  # type: ignore[no-untyped-def]
        page = super().xrange(name, *args, **options)
        self.xtrim(name, maxlen=10, approximate=False)
        return page


def test_a_new_log_stands_at_zero_and_goes_on_from_there(log: EventLog, history: History) -> None:
    start = history.position("demo")
    assert (start.ms, start.n) == (0, 0)
    assert ids_after(history, start) == []
    ids = write(log, 2)
    assert ids_after(history, start) == ids
    assert history.position("demo") == ids[-1]


def test_asking_for_a_position_keeps_no_key_for_ever(history: History, client: redis.Redis, settings: Settings) -> None:
    history.position("demo")
    assert 0 < client.ttl(era_key("demo")) <= settings.log_seconds


def test_the_newest_progress_of_a_call_can_be_read(log: EventLog, history: History) -> None:
    log.append([moved(2), progressed(2, 5.0), progressed(2, 7.5)])
    log.append([progressed(2, 9.0, subject="m1/c2"), moved(3, subject="m1/c2"), moved(1, subject="m1/c3")])
    assert history.newest("demo", ["m1/c1", "m1/c2", "m1/c3", "m1/c4"]) == {"m1/c1": (2, 7.5, b'{"v":2,"p":7.5}')}
    assert history.newest("demo", []) == {}
