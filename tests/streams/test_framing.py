"""The bytes of a stream, as clients that read the standard in their own ways need them."""

import re
import socket
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from models.settings import Settings
from ops.local.stack import Stack
from tests.streams.served import Served, served
from tests.wait import wait_until

PAGE = "https://page.example"
WRITE = {"id": "c1", "name": "os-write", "arguments": {"file_path": "a.txt", "content": "hello"}}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("framing")
    with served(Settings(data=folder, redis_url=redis_url, heartbeat_seconds=0.2)) as found:
        yield found


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {"TOOLREEL_CORS_ORIGINS": PAGE}
    with Stack(tmp_path_factory.mktemp("stack"), only=("gateway", "files"), environment=environment) as found:
        yield found


def bytes_until(served: Served, app: str, enough: bytes, last: str = "", query: str = "") -> bytes:
    """The body so far, without its chunks' sizes, once these bytes are in it."""
    where = urllib.parse.urlsplit(served.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as raw:
        head = f"GET /{app}/m1{query} HTTP/1.0\r\nAuthorization: Bearer 1\r\nLast-Event-ID: {last}\r\n\r\n"
        raw.sendall(head.encode())
        seen = b""
        while enough not in (body := _body(seen)):
            chunk = raw.recv(65536)
            assert chunk, seen
            seen += chunk
        return body


def _body(seen: bytes) -> bytes:
    return re.sub(rb"(\r\n)?[0-9a-f]+\r\n", b"", seen.partition(b"\r\n\r\n")[2]).removesuffix(b"\r\n")


def last_id(body: bytes) -> str:
    return re.findall(rb"id: (.+)\n", body)[-1].decode()


def test_the_first_event_says_when_to_come_back_and_a_heartbeat_is_a_comment_of_one_line(quick: Served) -> None:
    body = bytes_until(quick, "a", b"\n\n:\n:\n")
    assert re.fullmatch(rb"retry: 1000\nevent: snapshot\ndata: {.*}\nid: [A-Za-z0-9._-]{1,128}\n\n(:\n)+", body), body


def test_a_stream_that_gathers_says_sooner_that_it_is_there(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stream.GATHERING_HEARTBEAT_SECONDS", 0.1)
    with served(Settings(data=tmp_path, redis_url=redis_url, heartbeat_seconds=60)) as found:
        assert bytes_until(found, "g", b"\n\n:\n:\n", query="?batch=50").startswith(b"retry: 1000\nevent: snapshot\n")


def test_who_comes_back_to_nothing_new_is_told_when_to_come_back_with_the_next_event(quick: Served) -> None:
    last = last_id(bytes_until(quick, "b", b"\n\n"))
    assert re.fullmatch(rb"(:\n)+", bytes_until(quick, "b", b":\n:\n", last))
    quick.write("b", 1)
    body = bytes_until(quick, "b", b"\n\n", last)
    assert re.fullmatch(rb"(:\n)*retry: 1000\nevent: log\ndata: {.*}\nid: .*\n\n(:\n)*", body), body


def test_every_line_ends_with_lf_alone_though_texts_hold_other_line_ends(quick: Served) -> None:
    quick.write("c", 1)
    last = last_id(bytes_until(quick, "c", b"\n\n"))
    quick.write("c", 2, "one\\r\\ntwo\\u2028three\u2028\u0085four")
    body = bytes_until(quick, "c", b"\n\n", last)
    assert b"\r" not in body
    assert body.count(b"\ndata: ") == 1


def test_a_replay_of_many_pieces_is_whole_and_in_order(quick: Served) -> None:
    stream = quick.stream("d").open()
    wait_until(lambda: stream.told, "the snapshot")
    stream.cut()
    for number in range(1, 301):
        quick.write("d", number, "x" * 10_000)
    for query in ("", "?batch=10"):
        again = quick.stream("d", query=query)
        again.last = stream.told[0].id
        again.open()
        told = wait_until(lambda again=again: len(again.told) > 5 and again.told, "the pieces")
        wait_until(lambda again=again: _numbers(again.told)[-1:] == [300], "the last event")
        again.cut()
        assert _numbers(told) == list(range(1, 301))
        ids = [tuple(map(int, str(one.id).split("-")[1:])) for one in told]
        assert ids == sorted(set(ids))


def _numbers(told: list) -> list[int]:
    events = [event for one in told for event in ([vars(one)] if one.event == "log" else one.data["events"])]
    return [int(event["data"]["lines"][0]) for event in events]


def test_the_headers_keep_caches_and_buffers_away(stack: Stack) -> None:
    headers = _head(stack, {"Origin": PAGE})
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert headers["access-control-allow-origin"] == PAGE
    assert "content-encoding" not in headers


def _head(stack: Stack, headers: dict[str, str]) -> httpx.Headers:
    headers = {**headers, "Authorization": f"Bearer {stack.key}", "Accept-Encoding": "gzip, br"}
    with httpx.stream("GET", f"{stack.url}/v1/apps/a/messages/m1/events", headers=headers) as answer:
        assert answer.status_code == 200
        return answer.headers


@pytest.mark.parametrize("place", ["messages/m1/events", "events"])
def test_a_page_of_another_origin_may_come_back_with_its_last_event_id(stack: Stack, place: str) -> None:
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "last-event-id,authorization"}
    answer = httpx.options(f"{stack.url}/v1/apps/a/{place}", headers={"Origin": PAGE, **asked})
    assert answer.status_code == 200
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"last-event-id", "authorization"} <= allowed
    stranger = httpx.options(f"{stack.url}/v1/apps/a/{place}", headers={"Origin": "https://other.example", **asked})
    assert stranger.status_code == 400


def test_who_comes_back_to_a_finished_stream_is_told_its_end_again_each_time(stack: Stack) -> None:
    path = f"{stack.url}/v1/apps/a/messages/done/"
    client = httpx.Client(headers={"Authorization": f"Bearer {stack.key}"}, timeout=30)
    client.post(path + "tool-calls", json={"tool_calls": [WRITE]}).raise_for_status()
    first = client.get(path + "events?until=idle").text
    headers = {"Last-Event-ID": last_id(first.encode())}
    for _ in range(3):
        again = client.get(path + "events?until=idle", headers=headers)
        assert again.status_code == 200
        assert again.text.removeprefix(":\n") == 'retry: 1000\nevent: end\ndata: {"reason":"idle"}\n\n'
    client.close()


def test_the_header_counts_more_than_the_query_for_a_browser_that_comes_back(quick: Served) -> None:
    stream = quick.stream("e").open()
    wait_until(lambda: stream.told, "the snapshot")
    for number in range(1, 4):
        quick.write("e", number)
    wait_until(lambda: len(stream.told) == 4, "the events")
    stream.cut()
    again = quick.stream("e", query=f"?last_event_id={stream.told[0].id}")
    again.last = stream.told[2].id
    again.open()
    wait_until(lambda: again.told, "what came after the header's id")
    again.cut()
    assert _numbers(again.told) == [3]
