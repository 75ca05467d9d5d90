"""Progress on its way out of a worker: limited, newest wins, never falling, and never in the way of the tool."""

import time

import orjson
import pytest
import redis

from broker.connection import BRIEF_SECONDS, connect_briefly
from broker.history import History
from broker.later import Later
from broker.log import Event, EventId, EventLog
from broker.outbox import Outbox
from models.settings import Settings
from tests.core.calls import as_call
from tests.core.door import Door
from tests.core.parts import Parts
from tests.wait import wait_until
from workers.report import MOST_CHARACTERS, MOST_LINES, CallReport, Publisher

INTERVAL = 1 / 60
LONG = 3600.0


@pytest.fixture
def publisher(parts: Parts) -> Publisher:
    return parts.context.publisher


@pytest.fixture
def history(client: redis.Redis, settings: Settings) -> History:
    return History(client, settings)


def events(history: History) -> list[Event]:
    return history.after("demo", EventId(history.position("demo").era, 0, 0)) or []


def shown(history: History) -> list[float]:
    return [event.progress for event in events(history)]


def test_progress_counts_within_the_calls_stage(publisher: Publisher, history: History) -> None:
    report = CallReport(publisher, as_call(), interval=0)
    for fraction in (0.0, 0.5, 1.0):
        report.progress(fraction, None)
    assert shown(history) == [30.0, 65.0, 100.0]
    first = CallReport(publisher, as_call(id="c2", stage=0, progress=0.0), interval=0)
    first.progress(0.5, None)
    assert shown(history)[-1] == 15.0


def test_progress_is_the_whole_state_of_the_call(publisher: Publisher, history: History) -> None:
    CallReport(publisher, as_call(title="Edit"), interval=0).progress(0.5, "half of it")
    (event,) = events(history)
    state = orjson.loads(event.data)
    assert (event.kind, event.version, event.live) == ("tool_call", 3, True)
    assert (state["title"], state["stage"], state["progress"]) == ("Edit", "writing", 65.0)
    assert state["detail"] == {"note": "half of it"}


def test_progress_is_limited_and_the_newest_arrives(publisher: Publisher, history: History) -> None:
    report, start = CallReport(publisher, as_call(), interval=INTERVAL), time.monotonic()
    for step in range(30_000):
        report.progress(0.5, f"{step:05}")
    took = time.monotonic() - start
    wait_until(lambda: notes(history)[-1] == "29999", "the newest progress")
    assert 2 <= len(notes(history)) <= took / INTERVAL + 2
    assert notes(history) == sorted(notes(history))


def notes(history: History) -> list[str]:
    return [orjson.loads(event.data)["detail"]["note"] for event in events(history)]


def test_what_was_withheld_follows_by_itself_once(publisher: Publisher, history: History) -> None:
    report = CallReport(publisher, as_call(), interval=0.05)
    for fraction in (0.0, 0.25, 0.5):
        report.progress(fraction, None)
    wait_until(lambda: shown(history) == [30.0, 65.0], "the newest of what was withheld")
    report.progress(0.75, None)
    wait_until(lambda: shown(history) == [30.0, 65.0, 82.5], "what came after it")


def test_before_a_commit_the_withheld_progress_goes_out(publisher: Publisher, history: History) -> None:
    report = CallReport(publisher, as_call(), interval=LONG)
    report.progress(0.0, None)
    report.progress(0.5, None)
    assert shown(history) == [30.0]
    report.flush()
    report.flush()
    assert shown(history) == [30.0, 65.0]


def test_each_stage_begins_with_a_word_of_its_own(publisher: Publisher, history: History) -> None:
    for version in (3, 4, 5):
        CallReport(publisher, as_call(version=version, announced=version), interval=LONG).progress(0.5, None)
    assert shown(history) == [65.0] * 3


def test_progress_never_falls(publisher: Publisher, history: History) -> None:
    report = CallReport(publisher, as_call(progress=60.0), interval=0)
    for fraction in (0.1, 0.5, 0.2, float("nan"), 0.6):
        report.progress(fraction, None)
    assert shown(history) == [60.0, 65.0, 65.0, 65.0, 72.0]
    assert report.reached == 72.0


def test_lines_are_shown_as_they_come(publisher: Publisher, history: History) -> None:
    report = CallReport(publisher, as_call(), interval=LONG)
    report.log(["one", "two"])
    report.log(["three"])
    report.log([])
    assert [orjson.loads(event.data)["lines"] for event in events(history)] == [["one", "two"], ["three"]]
    about = orjson.loads(events(history)[0].data)
    assert (about["message_id"], about["tool_call_id"], about["attempt"], about["stage"]) == ("m1", "c1", 1, "writing")


def test_very_many_and_very_long_lines_are_cut(publisher: Publisher, history: History) -> None:
    CallReport(publisher, as_call(), interval=0).log(["x" * (MOST_CHARACTERS + 1)] * (MOST_LINES + 1))
    lines = orjson.loads(events(history)[0].data)["lines"]
    assert (len(lines), {len(line) for line in lines}) == (MOST_LINES, {MOST_CHARACTERS})


def test_words_that_no_utf8_can_hold_break_nothing(publisher: Publisher, history: History) -> None:
    report = CallReport(publisher, as_call(), interval=0)
    report.log(["a\udcff"])
    report.progress(0.5, "b\ud800")
    assert [orjson.loads(event.data).get("lines") for event in events(history)] == [["a?"], None]
    assert orjson.loads(events(history)[1].data)["detail"] == {"note": "b?"}


def report_through(door: Door, parts: Parts) -> CallReport:
    settings = Settings(redis_url=door.url)
    log = EventLog(connect_briefly(settings), settings)
    outbox = Outbox(parts.store, log, parts.celery, parts.context.marks)
    return CallReport(Publisher(outbox, Later()), as_call(), interval=0.001)


def test_while_redis_is_gone_the_tool_works_on_and_is_heard_again_later(
    parts: Parts, history: History, redis_url: str
) -> None:
    with Door(redis_url) as door:
        report = report_through(door, parts)
        report.progress(0.1, None)
        assert shown(history) == [37.0]
        door.shut()
        for step in range(1000):
            report.progress(0.2 + step / 10_000, None)
            report.log(["lost"])
        report.flush()
        assert shown(history) == [37.0]
        door.open()
        wait_until(lambda: report.progress(0.5, None) or 65.0 in shown(history), "progress after the outage")


def test_a_redis_that_hangs_holds_the_tool_up_once(parts: Parts, redis_url: str) -> None:
    with Door(redis_url) as door:
        report = report_through(door, parts)
        report.progress(0.1, None)
        door.hush()
        start = time.monotonic()
        for step in range(1000):
            report.log(["lost"])
            report.progress(0.2 + step / 10_000, None)
        report.flush()
        assert time.monotonic() - start < 3 * BRIEF_SECONDS
