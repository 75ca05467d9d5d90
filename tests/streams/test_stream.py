"""Streams over a real gateway: late, cut, and resumed clients hold every event once and in order, or are told to resync."""

import random
import secrets
import signal
import socket
import threading
import urllib.parse

import pytest
import redis

from models.events import Entry
from tests.streams.client import Stream
from tests.streams.conftest import Scene
from tests.wait import wait_until


@pytest.fixture
def app() -> str:
    return f"app-{secrets.token_hex(4)}"


def numbers(stream: Stream) -> list[int]:
    return [int(one.data["lines"][0]) for one in stream.of("log")]


def test_a_stream_opened_before_anything_begins_with_an_empty_snapshot(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1").open()
    first = wait_until(lambda: stream.told, "the snapshot")[0]
    assert (first.event, first.data["reason"], first.data["tool_calls"]) == ("snapshot", "open", [])
    assert first.id
    stream.cut()


@pytest.mark.parametrize("message", ["m1", None])
def test_clients_cut_at_random_points_hold_every_event_once_in_order(
    scene: Scene, app: str, message: str | None
) -> None:
    chance, total = random.Random(7), 1500
    stream = scene.stream(app, message).open()
    wait_until(lambda: stream.told, "the snapshot")
    writer = threading.Thread(target=lambda: [scene.write(app, "m1", number) for number in range(1, total + 1)])
    writer.start()
    for _ in range(12):
        seen = len(stream.told)
        wait_until(lambda seen=seen: len(stream.told) > seen + chance.randrange(60) or not writer.is_alive(), "events")
        stream.cut()
        stream.open()
    wait_until(lambda: numbers(stream)[-1:] == [total], "the last event")
    stream.cut()
    assert numbers(stream) == list(range(1, total + 1))
    assert len(stream.of("snapshot")) == 1


def test_a_message_stream_has_only_its_own_events_and_the_app_stream_has_all(scene: Scene, app: str) -> None:
    one, everything = scene.stream(app, "m1").open(), scene.stream(app).open()
    wait_until(lambda: one.told and everything.told, "both snapshots")
    for number in range(1, 21):
        scene.write(app, f"m{number % 2}", number)
    wait_until(lambda: numbers(everything)[-1:] == [20] and numbers(one)[-1:] == [19], "the last events")
    assert numbers(everything) == list(range(1, 21))
    assert numbers(one) == list(range(1, 21, 2))
    one.cut()
    everything.cut()


def test_an_unknown_or_foreign_last_event_id_means_resync(scene: Scene, app: str) -> None:
    scene.write(app, "m1", 1)
    for last in ("0badcafe-1-1", "nonsense", "7", "x" * 200):
        stream = scene.stream(app, "m1")
        stream.last = last
        stream.open()
        first = wait_until(lambda stream=stream: stream.told, "the snapshot")[0]
        assert (first.event, first.data["reason"]) == ("snapshot", "resync"), last
        stream.cut()


def test_last_event_id_is_also_taken_from_the_query(scene: Scene, app: str) -> None:
    ids = []
    stream = scene.stream(app, "m1").open()
    wait_until(lambda: stream.told, "the snapshot")
    for number in range(1, 4):
        scene.write(app, "m1", number)
    wait_until(lambda: numbers(stream) == [1, 2, 3], "the events")
    ids = [one.id for one in stream.of("log")]
    stream.cut()
    again = scene.stream(app, "m1", f"?last_event_id={ids[0]}").open()
    wait_until(lambda: numbers(again) == [2, 3], "the events after the first")
    again.cut()


def test_emptying_redis_means_resync_and_then_the_stream_goes_on(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1").open()
    wait_until(lambda: stream.told, "the snapshot")
    scene.write(app, "m1", 1)
    wait_until(lambda: numbers(stream) == [1], "the first event")
    scene.client.flushall()
    scene.write(app, "m1", 2)
    wait_until(lambda: [one.data["reason"] for one in stream.of("snapshot")] == ["open", "resync"], "a resync")
    scene.write(app, "m1", 3)
    wait_until(lambda: numbers(stream)[-1:] == [3], "events of the new era")
    assert numbers(stream) in ([1, 3], [1, 2, 3])
    stream.cut()


def test_nothing_is_missed_when_the_hub_loses_its_connection(scene: Scene, app: str) -> None:
    stream, total = scene.stream(app, "m1").open(), 600
    wait_until(lambda: stream.told, "the snapshot")
    for number in range(1, total + 1):
        scene.write(app, "m1", number)
        if number % 100 == 50:
            wait_until(
                lambda: scene.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub"), "a kill of the subscriber"
            )
    wait_until(lambda: numbers(stream)[-1:] == [total], "the last event")
    stream.cut()
    assert numbers(stream) == list(range(1, total + 1))
    assert len(stream.of("snapshot")) == 1


def test_a_redis_that_is_killed_and_comes_back_costs_no_event(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1").open()
    wait_until(lambda: stream.told, "the snapshot")
    scene.write(app, "m1", 1)
    wait_until(lambda: numbers(stream) == [1], "the first event")
    scene.stack.hold("redis")
    scene.stack.release("redis")
    wait_until(lambda: _answers(scene), "Redis is back")
    scene.write(app, "m1", 2)
    wait_until(lambda: numbers(stream)[-1:] == [2], "the event after the outage")
    assert numbers(stream) == [1, 2]
    stream.cut()


def test_a_gateway_that_is_stopped_says_so_and_who_comes_back_misses_nothing(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1").open()
    wait_until(lambda: stream.told, "the snapshot")
    scene.write(app, "m1", 1)
    wait_until(lambda: numbers(stream) == [1], "the first event")
    scene.stack.signal("gateway", signal.SIGTERM)
    stream.join()
    assert stream.ended == "shutdown"
    scene.write(app, "m1", 2)
    scene.stack.wait_until_ready()
    stream.open()
    wait_until(lambda: numbers(stream)[-1:] == [2], "what came meanwhile")
    stream.cut()
    assert numbers(stream) == [1, 2]


def test_a_reader_that_does_not_read_is_cut_off_and_slows_nobody(scene: Scene, app: str) -> None:
    stuck, quick = _socket_that_never_reads(scene, app), scene.stream(app, "m1").open()
    wait_until(lambda: quick.told, "the snapshot")
    total, padding = 4000, "x" * 4000
    for number in range(1, total + 1):
        scene.log.append([_padded(app, number, padding)])
    wait_until(lambda: numbers(quick)[-1:] == [total], "the quick reader has everything")
    assert numbers(quick) == list(range(1, total + 1))
    quick.cut()
    stuck.settimeout(60)
    _read_until(stuck, b'event: end\ndata: {"reason":"slow-consumer"}')
    stuck.close()


@pytest.mark.parametrize(
    "query",
    [
        "?batch=x",
        "?batch=",
        "?batch=-1",
        "?batch=5000",
        pytest.param(f"?batch={'9' * 5000}", id="?batch=9…"),
        "?until=never",
    ],
)
def test_a_query_that_makes_no_sense_is_refused(scene: Scene, app: str, query: str) -> None:
    with pytest.raises(AssertionError, match="malformed"):
        scene.stream(app, "m1", query).open()


def _answers(scene: Scene) -> bool:
    try:
        return bool(scene.client.ping())
    except redis.RedisError:
        return False


def _padded(app: str, number: int, padding: str) -> Entry:
    data = b'{"message_id":"m1","lines":["%d","%b"]}' % (number, padding.encode())
    return Entry(app, "log", "m1", data)


def _request(scene: Scene, app: str) -> bytes:
    head = f"GET /v1/apps/{app}/messages/m1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {scene.stack.key}\r\n"
    return f"{head}\r\n".encode()


def _socket_that_never_reads(scene: Scene, app: str) -> socket.socket:
    where = urllib.parse.urlsplit(scene.stack.url)
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect((where.hostname, where.port))
    stuck.sendall(_request(scene, app))
    return stuck


def _read_until(stuck: socket.socket, words: bytes) -> None:
    seen = b""
    while words not in seen:
        chunk = stuck.recv(1 << 20)
        assert chunk, "the stream ended without a word"
        seen = (seen + chunk)[-8192:]


def test_until_idle_ends_after_calls_that_were_all_refused(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1", "?until=idle").open()
    wait_until(lambda: stream.told, "the snapshot")
    scene.post(app, "m1/text", {"text": "I will try a tool that is not there."})
    scene.post(app, "m1/tool-calls", {"tool_calls": [{"id": "c1", "name": "no-such-tool", "arguments": {}}]})
    stream.join()
    assert stream.ended == "idle"
    assert [one.data["status"] for one in stream.of("tool_call")] == ["failed"]
    assert [one.data["status"] for one in stream.of("message")] == ["idle"]


def test_until_idle_ends_after_the_calls_and_again_for_who_comes_back(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1", "?until=idle").open()
    wait_until(lambda: stream.told, "the snapshot")
    write = {"id": "c1", "name": "os-write", "arguments": {"file_path": "a.txt", "content": "hello"}}
    scene.post(app, "m1/tool-calls", {"tool_calls": [write]})
    stream.join()
    states = [one.data for one in stream.of("tool_call")]
    assert [state["version"] for state in states] == sorted(state["version"] for state in states)
    assert [state["progress"] for state in states] == sorted(state["progress"] for state in states)
    assert (states[0]["status"], states[-1]["status"], states[-1]["progress"]) == ("queued", "succeeded", 100)
    assert list(dict.fromkeys(state["stage"] for state in states)) == [None, "analyzing", "writing", "validating"]
    assert stream.told[-2].event == "message"
    seen = len(stream.told)
    stream.open()
    stream.join()
    assert [one.event for one in stream.told[seen:]] == ["end"]
    late = scene.stream(app, "m1", "?until=idle").open()
    late.join()
    assert [one.event for one in late.told] == ["snapshot", "end"]
    assert late.told[0].data["tool_calls"][0]["result"] == states[-1]["result"]


def test_a_batched_stream_tells_the_same_in_fewer_blocks(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1", "?batch=50").open()
    wait_until(lambda: stream.told, "the snapshot")
    for number in range(1, 101):
        scene.write(app, "m1", number)

    def lines() -> list[int]:
        return [int(event["data"]["lines"][0]) for one in stream.of("batch") for event in one.data["events"]]

    wait_until(lambda: lines()[-1:] == [100], "the last event")
    stream.cut()
    assert lines() == list(range(1, 101))
    assert stream.of("log") == []
    for number in range(101, 201):
        scene.write(app, "m1", number)
    stream.open()
    wait_until(lambda: lines()[-1:] == [200], "what came while the stream was cut")
    stream.cut()
    assert lines() == list(range(1, 201))
