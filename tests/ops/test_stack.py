"""A whole stack, really started: `up`, the commands that look at it, and killing parts of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.bootstrap import ROOT
from ops.client import Client
from ops.errors import OpsError
from ops.local.port import free_port
from ops.local.stack import Stack
from tests.wait import wait_until

START_SECONDS = 90


def ops(*arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "TOOLREEL_NO_VENV": "1"}
    command = [sys.executable, "-m", "ops", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), gateways=2, ready_seconds=START_SECONDS) as stack:
        yield stack


def test_every_gateway_of_a_stack_is_ready_and_knows_the_key(stack: Stack) -> None:
    assert len(set(stack.urls)) == 2
    for url in stack.urls:
        with Client(url, stack.key) as known, Client(url, "tr_wrong") as stranger:
            assert known.exchange("GET", "/v1/tools")[0] == 200
            assert stranger.exchange("GET", "/v1/tools")[0] == 401


def test_check_finds_a_running_stack_well_and_shows_no_secret(stack: Stack) -> None:
    answer = ops("check", "--data", str(stack.folder.path))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert stack.url in answer.stdout
    assert stack.key not in answer.stdout


def test_replay_plays_a_recording_through_the_running_stack(stack: Stack, tmp_path: Path) -> None:
    call = {"id": "call_1", "name": "os-write", "arguments": {"file_path": "a.txt", "content": "hello\n"}}
    digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
    recording = tmp_path / "calls.jsonl"
    recording.write_text(json.dumps({"message_id": "m1", "tool_calls": [call], "tree": {"a.txt": digest}}) + "\n")
    right = ops("replay", str(recording), "--data", str(stack.folder.path))
    assert right.returncode == 0, right.stdout + right.stderr
    assert "1 messages, 1 calls" in right.stdout
    recording.write_text(recording.read_text().replace(digest, "0" * 64))
    wrong = ops("replay", str(recording), "--data", str(stack.folder.path), "--mode", "flood")
    assert wrong.returncode == 1
    assert "a.txt has other content" in wrong.stderr


def test_a_part_that_is_killed_comes_back(stack: Stack) -> None:
    before = stack.pid("gateway-2")
    stack.signal("gateway-2", signal.SIGKILL)
    wait_until(lambda: stack.pid("gateway-2") not in (None, before), "another process")
    stack.wait_until_ready()


def test_flower_asks_for_a_password(stack: Stack) -> None:
    with Client(stack.flower_url) as flower:
        wait_until(lambda: _status(flower) == 401, "Flower to refuse a stranger", seconds=START_SECONDS)


def _status(client: Client) -> int:
    try:
        return client.exchange("GET", "/workers")[0]
    except OSError:
        return 0


def test_up_says_where_it_is_and_stops_cleanly(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "ops",
        "up",
        "--port",
        str(port),
        "--data",
        str(tmp_path / "data"),
        "--workers",
        "1",
    ]
    environment = {**os.environ, "TOOLREEL_NO_VENV": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout
        said = []
        for line in up.stdout:
            said.append(line)
            if "Ctrl-C stops it" in line:
                break
        up.send_signal(signal.SIGINT)
        said += up.stdout
    text = "".join(said)
    assert up.returncode == 0, text
    assert f"Toolreel is ready: http://127.0.0.1:{port}" in text
    assert str(tmp_path / "data" / "api-key") in text
    assert f"http://127.0.0.1:{port}/#key=$(cat {tmp_path / 'data' / 'api-key'})" in text
    assert (tmp_path / "data" / "api-key").read_text().strip() not in text
    assert text.endswith("Stopped.\n")
    assert re.search(r"files +\|", text)


def test_a_port_that_is_taken_is_said_before_anything_is_started(stack: Stack, tmp_path: Path) -> None:
    port = int(stack.url.rpartition(":")[2])
    other = Stack(tmp_path / "data", port=port)
    with pytest.raises(OpsError, match=f"port {port} is taken"):
        other.start()
    assert not (tmp_path / "data" / "redis").exists()


def test_a_stack_that_does_not_become_ready_leaves_nothing(tmp_path: Path) -> None:
    stack = Stack(tmp_path, only={"gateway"}, ready_seconds=0)
    begun = time.monotonic()
    with pytest.raises(OpsError, match="was not ready"):
        stack.start()
    assert stack.pid("gateway") is None
    assert stack.pid("redis") is None
    assert stack.folder.running() is None
    assert time.monotonic() - begun < START_SECONDS
