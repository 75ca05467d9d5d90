"""Clients that take their time, by mistake or on purpose: they hold a connection for a while, and nothing else."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from gateway import protocol
from tests.gateway.conftest import KEY, Scene
from tests.gateway.test_files import place, put, tree

# More than there are threads for requests and connections to the database.
MANY = 60


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def connected(scene: Scene, sockets: ExitStack, said: str = "") -> socket.socket:
    where = urlsplit(scene.url)
    connection = sockets.enter_context(socket.create_connection((str(where.hostname), where.port or 80), timeout=20))
    connection.sendall(said.replace("\n", "\r\n").encode())
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    told = b""
    while piece := connection.recv(65536):
        told += piece
    return told


def upload(app: str, path: str, length: int, sent: str) -> str:
    return f"PUT {path.format(app=app)} HTTP/1.1\nAuthorization: Bearer {KEY}\nContent-Length: {length}\n\n{sent}"


@pytest.mark.parametrize("path", ["/v1/apps/{app}/files/a", "/v1/apps/{app}/archive"])
def test_uploads_that_stall_hold_no_thread_and_no_transaction(
    scene: Scene, app: str, sockets: ExitStack, path: str
) -> None:
    for _ in range(MANY):
        connected(scene, sockets, upload(app, path, 100, "half"))
    assert put(scene, app, "b").status_code == 201
    assert scene.client.get(place(app, "b")).status_code == 200
    assert tree(scene, app) == {"b": b"<b>1</b>"}


@pytest.mark.parametrize("path", ["/v1/apps/{app}/files/a", "/v1/apps/{app}/archive"])
def test_an_upload_that_stalls_is_given_up(
    scene: Scene, app: str, sockets: ExitStack, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.gateway.settings, "body_seconds", 0.05)
    told = rest(connected(scene, sockets, upload(app, path, 100, "half"))).decode()
    assert told.startswith("HTTP/1.1 408")
    assert '"type":"request-timeout"' in told and "connection: close" in told.lower()
    assert tree(scene, app) == {}


def test_a_connection_that_says_nothing_is_closed(
    scene: Scene, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    assert rest(connected(scene, sockets)).startswith(b"HTTP/1.1 408")


def test_a_head_that_never_ends_is_given_up_however_often_more_of_it_comes(
    scene: Scene, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    connection = connected(scene, sockets, "GET / HTTP/1.1\n")
    connection.settimeout(0.01)
    told = b""
    while not told:
        connection.sendall(b"X-A: b\r\n")
        try:
            told = connection.recv(65536)
        except TimeoutError:
            continue
    assert told.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("name", ["X-A: ", "", "GET /"])
def test_a_head_without_end_does_not_fill_the_memory(scene: Scene, sockets: ExitStack, name: str) -> None:
    begin = name if name.startswith("GET") else f"GET / HTTP/1.1\n{name}"
    connection = connected(scene, sockets, begin)
    sent = 0
    try:
        while sent < 100 * protocol.MOST_HEAD_BYTES:
            sent += connection.send(b"a" * 8192)
        told = rest(connection)
    except ConnectionError:
        # It was closed while we were still talking; what it said is lost then.
        return
    assert told.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


def test_many_headers_of_a_usual_size_are_read(scene: Scene) -> None:
    headers = {f"X-{number}": "a" * 1000 for number in range(30)}
    assert scene.client.get("/healthz", headers=headers).status_code == 200


def test_a_connection_that_rests_between_requests_is_kept(
    scene: Scene, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    kept = connected(scene, sockets, "GET /healthz HTTP/1.1\nHost: a\n\n")
    assert kept.recv(65536).startswith(b"HTTP/1.1 200")
    rest(connected(scene, sockets))
    kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"alive" in rest(kept)


def test_a_slow_answer_is_not_taken_for_a_slow_head(
    scene: Scene, app: str, sockets: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    path = f"/v1/apps/{app}/messages/m1/events"
    stream = connected(scene, sockets, f"GET {path} HTTP/1.1\nAuthorization: Bearer {KEY}\n\n")
    assert stream.recv(65536).startswith(b"HTTP/1.1 200")
    rest(connected(scene, sockets))
    scene.client.post(f"/v1/apps/{app}/messages/m1/text", json={"text": "hello"}).raise_for_status()
    told = b""
    while b'"text":"hello"' not in told:
        piece = stream.recv(65536)
        assert piece, told
        told += piece
