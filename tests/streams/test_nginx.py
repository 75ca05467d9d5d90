"""Streams behind a real nginx with the configuration that is shipped: ports, paths and the certificate are the test's."""

import os
import secrets
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis

from broker.log import EventLog
from models.events import Entry
from models.settings import Settings
from ops.bootstrap import ROOT
from ops.local.port import free_port
from ops.local.stack import Stack
from tests.program import needs
from tests.streams.client import Stream
from tests.wait import wait_until

CONFIG = ROOT / "ops" / "deploy" / "nginx.conf"


@dataclass(frozen=True)
class Front:
    """nginx before a stack's gateway: `url` is plain, `tls` the port that speaks HTTP/2."""

    stack: Stack
    client: redis.Redis
    port: int
    tls: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stream(self, app: str) -> Stream:
        return Stream(self.url, f"/v1/apps/{app}/messages/m1/events", self.stack.key)

    def write(self, app: str, number: int) -> None:
        data = b'{"message_id":"m1","lines":["%d"]}' % number
        EventLog(self.client, Settings(redis_url=self.stack.redis_url)).append([Entry(app, "log", "m1", data)])

    def streams(self) -> int:
        """How many streams the gateway says are open."""
        for line in httpx.get(f"{self.stack.url}/metrics").text.splitlines():
            if line.startswith("toolreel_streams "):
                return int(float(line.split()[1]))
        raise AssertionError("no such figure")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    nginx, openssl = needs("nginx"), needs("openssl")
    folder = tmp_path_factory.mktemp("nginx")
    environment = {"TOOLREEL_HEARTBEAT_SECONDS": "1"}
    with Stack(tmp_path_factory.mktemp("stack"), only=("gateway", "files"), environment=environment) as stack:
        client = redis.Redis.from_url(stack.redis_url)
        found = Front(stack, client, free_port(), free_port())
        certify(openssl, folder)
        with running(nginx, configured(folder, found), found.port):
            yield found
        client.close()


def configured(folder: Path, front: Front) -> Path:
    """The shipped configuration for this machine; whatever it replaces must be there."""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    replaced = {
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
        "/var/log/nginx/": f"{folder}/",
        "/etc/ssl/toolreel/": f"{folder}/",
        "server 127.0.0.1:8000;": f"server {front.stack.url.removeprefix('http://')};",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{front.tls} ssl http2; listen 127.0.0.1:{front.port};",
        "listen [::]:443 ssl http2;": "",
        "http {\n": f"http {{\n{temporary}",
    }
    text = CONFIG.read_text()
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    place = folder / "nginx.conf"
    place.write_text(text)
    return place


def certify(openssl: str, folder: Path) -> None:
    subject = ["-subj", "/CN=localhost", "-days", "2", "-nodes"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def running(nginx: str, config: Path, port: int) -> Iterator[None]:
    user = "user root;" if os.geteuid() == 0 else ""
    command = [nginx, "-p", config.parent, "-c", config, "-g", f"daemon off; {user}"]
    checked = subprocess.run([*command[:-1], user or "daemon on;", "-t"], check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    try:
        wait_until(lambda: _listens(port), "nginx listens")
        yield
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def app() -> str:
    return f"app-{secrets.token_hex(4)}"


def numbers(stream: Stream) -> list[int]:
    return [int(one.data["lines"][0]) for one in stream.of("log")]


def asked(front: Front, app: str) -> socket.socket:
    """A connection on which a stream was asked for."""
    raw = socket.create_connection(("127.0.0.1", front.port), timeout=20)
    head = (
        f"GET /v1/apps/{app}/messages/m1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {front.stack.key}"
    )
    raw.sendall(f"{head}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    return raw


def read_until(raw: socket.socket, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        chunk = raw.recv(65536)
        assert chunk, seen
        seen += chunk
    return seen


def test_events_and_heartbeats_come_through_as_they_are_sent(front: Front, app: str) -> None:
    with asked(front, app) as raw:
        head = read_until(raw, b"\n:\n").lower()
        assert b" 200 ok" in head.split(b"\r\n")[0]
        assert b"content-type: text/event-stream" in head
        assert b"content-encoding" not in head
        for number in range(1, 4):
            front.write(app, number)
            read_until(raw, b'"lines":["%d"]' % number)


@pytest.mark.parametrize("reset", [False, True])
def test_the_gateway_learns_that_a_client_has_gone(front: Front, app: str, reset: bool) -> None:
    wait_until(lambda: front.streams() == 0, "no stream is open")
    raw = asked(front, app)
    read_until(raw, b"event: snapshot")
    assert front.streams() == 1
    if reset:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()
    wait_until(lambda: front.streams() == 0, "the stream is over")


def test_a_client_learns_that_the_gateway_has_gone_and_comes_back_without_a_gap(front: Front, app: str) -> None:
    stream = front.stream(app).open()
    wait_until(lambda: stream.told, "the snapshot")
    front.write(app, 1)
    wait_until(lambda: numbers(stream) == [1], "the first event")
    front.stack.hold("gateway")
    stream.join()
    assert stream.ended is None
    stream.open()
    stream.join()
    assert stream.ended == "unavailable"
    front.write(app, 2)
    front.stack.release("gateway")
    wait_until(lambda: comes_back(stream), "the gateway is back")
    wait_until(lambda: numbers(stream)[-1:] == [2], "what came meanwhile")
    stream.cut()
    assert numbers(stream) == [1, 2]


def comes_back(stream: Stream) -> bool:
    seen = len(stream.told)
    stream.open()
    wait_until(lambda: len(stream.told) > seen, "any event")
    if stream.told[-1].event != "end":
        return True
    stream.join()
    time.sleep(0.1)
    return False


def test_large_files_pass_whole_and_what_is_too_large_is_refused_by_the_gateway(front: Front, app: str) -> None:
    path, content = f"{front.url}/v1/apps/{app}/files/big.bin", os.urandom(4 * 1024 * 1024)
    with httpx.Client(headers={"Authorization": f"Bearer {front.stack.key}"}, timeout=60) as client:
        assert client.put(path, content=content).status_code in (200, 201, 204)
        assert client.get(path).content == content
        refused = client.put(path, content=b"x" * (8 * 1024 * 1024 + 1))
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_hundred_streams_at_once_each_hold_every_event(front: Front, app: str) -> None:
    streams = [front.stream(app) for _ in range(100)]
    openers = [threading.Thread(target=stream.open) for stream in streams]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    wait_until(lambda: all(stream.told for stream in streams), "every snapshot")
    for number in range(1, 51):
        front.write(app, number)
    wait_until(lambda: all(numbers(stream)[-1:] == [50] for stream in streams), "every last event")
    for stream in streams:
        stream.cut()
    assert all(numbers(stream) == list(range(1, 51)) for stream in streams)


def test_browsers_are_offered_http_2(front: Front) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", front.tls), timeout=20) as raw, context.wrap_socket(raw) as tls:
        assert tls.selected_alpn_protocol() == "h2"


def test_a_stream_over_http_2_is_told_at_once(front: Front, app: str) -> None:
    url = f"https://127.0.0.1:{front.tls}/v1/apps/{app}/messages/m1/events"
    command = [needs("curl"), "--http2", "-k", "-N", "-s", "-i", "--max-time", "60", "-H", "@-", url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    process.stdin.write(f"Authorization: Bearer {front.stack.key}\n".encode())
    process.stdin.close()
    lines = iter(process.stdout.readline, b"")
    assert next(lines).startswith(b"HTTP/2 200")
    assert any(line == b"event: snapshot\n" for line in lines)
    front.write(app, 1)
    assert any(line == b"event: log\n" for line in lines)
    process.kill()
    process.stdout.close()
    process.wait(20)


def test_no_query_is_kept_in_the_log(front: Front, app: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    word = secrets.token_hex(8)
    httpx.get(f"{front.url}/v1/apps/{app}/messages/m1?note={word}")
    folders = tmp_path_factory.getbasetemp().glob("nginx*")
    logs = [log for folder in folders for log in folder.glob("*.log")]
    wait_until(lambda: any(app in log.read_text() for log in logs), "the request is in the log")
    assert not any(word in log.read_text() for log in logs)
