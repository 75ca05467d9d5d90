"""Too many streams, a server that shuts down, and a caller whose time is over: each is told inside a `200`."""

import re
import socket
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import prometheus_client
import pytest
from sse_starlette.sse import AppStatus
from starlette.requests import Request

from gateway import stream as stream_module
from models.settings import Settings
from tests.streams.client import Stream
from tests.streams.served import Served, served
from tests.wait import wait_until


@pytest.fixture
def few(tmp_path: Path, redis_url: str) -> Iterator[Served]:
    with served(Settings(data=tmp_path, redis_url=redis_url, max_streams=3, max_key_streams=2)) as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path, redis_url: str) -> Settings:
    return Settings(data=tmp_path, redis_url=redis_url, reader_events=100_000, heartbeat_seconds=0.2)


def opened(stream: Stream) -> Stream:
    stream.open()
    wait_until(lambda: stream.told, "the first event")
    return stream


def figure(name: str) -> float:
    return prometheus_client.REGISTRY.get_sample_value(name) or 0.0


def test_a_key_with_too_many_streams_is_told_so_and_when_to_come_back(few: Served) -> None:
    refused = figure("toolreel_streams_refused_total")
    open_now = [opened(few.stream("a", "1")), opened(few.stream("b", "1"))]
    assert figure("toolreel_streams") == 2
    answer = httpx.get(f"{few.url}/a/m1", headers={"Authorization": "Bearer 1"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
    found = re.fullmatch(r'retry: (\d+)\nevent: end\ndata: {"reason":"overloaded"}\n\n', answer.text)
    assert found, answer.text
    assert 3000 <= int(found[1]) <= 10_000
    assert figure("toolreel_streams_refused_total") == refused + 1
    other = opened(few.stream("a", "2"))
    assert other.told[0].event == "snapshot"
    late = opened(few.stream("a", "3"))
    late.join()
    assert late.ended == "overloaded"
    for one in (*open_now, other):
        one.cut()


def test_a_stream_that_is_closed_gives_its_seat_back(few: Served) -> None:
    for _ in range(10):
        stream = opened(few.stream("a", "1"))
        assert stream.ended is None
        stream.cut()
        wait_until(lambda: figure("toolreel_streams") == 0, "the seat is free")


def test_a_head_request_opens_no_stream(few: Served) -> None:
    for _ in range(5):
        assert httpx.head(f"{few.url}/a/m1", headers={"Authorization": "Bearer 1"}).status_code == 200
    assert figure("toolreel_streams") == 0


def test_a_stream_ends_when_its_token_expires_though_nothing_happens(settings: Settings) -> None:
    with served(settings, lambda _: SimpleNamespace(key_id=1, expires_at=time.time() + 1)) as found:
        stream = opened(found.stream("a"))
        stream.join()
    assert [one.event for one in stream.told] == ["snapshot", "end"]
    assert stream.ended == "token-expired"


@pytest.mark.parametrize("query", ["", "?batch=1000"])
def test_a_stream_ends_when_its_token_expires_though_events_flow_and_a_fresh_one_loses_nothing(
    settings: Settings, query: str
) -> None:
    ends = time.time() + 1

    def identify(request: Request) -> object:
        return SimpleNamespace(key_id=1, expires_at=ends if request.headers["authorization"] == "Bearer old" else None)

    with served(settings, identify) as found:
        stream = opened(found.stream("a", "old", query))
        number = 0
        while not stream.ended and number < 100_000:
            found.write("a", number := number + 1)
        stream.join()
        assert stream.ended == "token-expired"
        stream.key = "fresh"
        stream.open()
        wait_until(lambda: numbers(stream)[-1:] == [number], "the last event")
        stream.cut()
    assert numbers(stream) == list(range(1, number + 1))


def test_a_server_that_shuts_down_says_so_to_its_streams(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(settings) as found:
        streams = [opened(found.stream("a")) for _ in range(5)]
        monkeypatch.setattr(AppStatus, "should_exit", True)
        for stream in streams:
            stream.join()
    assert [stream.ended for stream in streams] == ["shutdown"] * 5


def test_a_stream_that_begins_while_the_server_shuts_down_is_told_so_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(settings) as found:
        monkeypatch.setattr(AppStatus, "should_exit", True)
        body = httpx.get(f"{found.url}/a/m1", headers={"Authorization": "Bearer 1"}).text
    told = re.search(r'retry: (\d+)\nevent: end\ndata: {"reason":"shutdown"}\n\n$', body)
    assert told, body
    assert 500 <= int(told[1]) <= 2500


def test_a_client_that_never_reads_is_dropped_and_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SEND_SECONDS", 1.0)
    with served(settings) as found:
        stuck = _socket_that_never_reads(found)
        wait_until(lambda: figure("toolreel_streams") == 1, "the stream is open")
        for number in range(400):
            found.write("a", number, "x" * 50_000)
        wait_until(lambda: figure("toolreel_streams") == 0, "the stream is over")
        wait_until(lambda: not found.server.server_state.connections, "its connection is gone")
        stuck.close()


def numbers(stream: Stream) -> list[int]:
    told = [event for one in stream.of("batch") for event in one.data["events"]]
    return [int(data["lines"][0]) for data in [one.data for one in stream.of("log")] + [one["data"] for one in told]]


def _socket_that_never_reads(found: Served) -> socket.socket:
    where = urllib.parse.urlsplit(found.url)
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect((where.hostname, where.port))
    stuck.sendall(b"GET /a/m1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer 1\r\n\r\n")
    return stuck
