"""A Redis that is killed while a worker runs a call and waits for another: the same worker goes on when it is back."""

import json
import signal
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException
from typing import Any

import pytest

from ops.client import Client
from ops.local.stack import Stack
from tests.wait import wait_until

PROGRAMS = ("gateway", "files", "recovery", "beat")
MESSAGE = "/v1/apps/killed/messages/m1"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # Two processes: one is busy, so that the worker waits for a link for the other one when Redis goes.
    environment = {"TOOLREEL_FILE_WORKERS": "2", "TOOLREEL_TOOLS": "workers.trial.append"}
    with Stack(tmp_path_factory.mktemp("killed"), only=PROGRAMS, environment=environment) as stack:
        yield stack


@pytest.mark.parametrize("round", [1, 2])
def test_a_worker_survives_redis(stack: Stack, round: int) -> None:
    worker, file = stack.pid("files"), f"{round}.txt"
    with closing(Client(stack.url, stack.key)) as client:
        submit(client, f"long{round}", file, seconds=3)
        wait_until(lambda: state(client, f"long{round}")["stage"] == "working", "the call to run")
        stack.signal("redis", signal.SIGKILL)
        wait_until(lambda: refused(client, f"early{round}", file), "the gateway to notice, or Redis to be back")
        stack.wait_until_ready()
        submit(client, f"late{round}", file, seconds=0)
        ended = wait_until(lambda: idle(client), "all calls to end", 90)
    assert {call["status"] for call in ended["tool_calls"]} == {"succeeded"}
    assert all(call["attempt"] == 1 for call in ended["tool_calls"])
    assert stack.pid("files") == worker


def submit(client: Client, id: str, file: str, *, seconds: float) -> None:
    client.json("POST", f"{MESSAGE}/tool-calls", batch(id, file, seconds))


def refused(client: Client, id: str, file: str) -> bool:
    """Whether a submit was refused with nothing stored; one that is accepted after all will do as well."""
    try:
        status, body = client.exchange("POST", f"{MESSAGE}/tool-calls", batch(id, file, 0))
    except (OSError, HTTPException):
        return False
    assert status in (202, 503), body
    return True


def batch(id: str, file: str, seconds: float) -> dict[str, Any]:
    arguments = {"file_path": file, "line": id, "seconds": seconds}
    return {"tool_calls": [{"id": id, "name": "append-line", "arguments": arguments}]}


def state(client: Client, id: str) -> Any:
    return client.json("GET", f"{MESSAGE}/tool-calls/{id}")


def idle(client: Client) -> Any:
    status, body = client.exchange("GET", MESSAGE)
    found = json.loads(body)
    return found if status == 200 and found["status"] == "idle" else None
