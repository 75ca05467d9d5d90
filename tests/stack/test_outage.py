"""Redis goes away and comes back, with its data and without: workers and gateways go on by themselves, and nothing is lost."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from ops.client import Client
from ops.local.postgres import Cluster, PostgresMissing, throwaway_cluster
from ops.local.stack import Stack
from tests.conftest import missing
from tests.wait import wait_until

MORE = {
    "TOOLREEL_TOOLS": "tests.core.slow",
    "TOOLREEL_LEASE_SECONDS": "2",
    "TOOLREEL_FILE_WORKERS": "2",
}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path / "data", environment=MORE) as running:
        yield running


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.url, stack.key) as open_client:
        yield open_client


def slow(id_: str, seconds: float) -> dict[str, object]:
    return {"id": id_, "name": "slow", "arguments": {"seconds": seconds, "file_path": f"{id_}.txt"}}


def submit(client: Client, *calls: dict[str, object]) -> None:
    client.json("POST", "/v1/apps/demo/messages/m1/tool-calls", {"tool_calls": list(calls)})


def statuses(client: Client) -> list[str]:
    return [call["status"] for call in client.json("GET", "/v1/apps/demo/messages/m1")["tool_calls"]]


def test_a_worker_survives_the_end_of_redis_while_it_works_and_waits(stack: Stack, client: Client) -> None:
    worker = stack.pid("files")
    for number in range(3):
        # One slot works and one waits for a link, which is where a worker has been seen to die with its broker.
        submit(client, slow(f"c{number}", 1.0))
        wait_until(lambda: statuses(client)[-1] == "running", "the call to run", 30)
        before = stack.pid("redis")
        stack.signal("redis", signal.SIGKILL)
        wait_until(lambda before=before: stack.pid("redis") not in (None, before), "Redis to come back", 30)
        wait_until(lambda: statuses(client)[-1] == "succeeded", "the call to end", 60)
    assert stack.pid("files") == worker


def test_nothing_is_lost_with_all_that_redis_holds(stack: Stack, client: Client) -> None:
    submit(client, *(slow(f"c{number}", 0.5) for number in range(6)))
    wait_until(lambda: "running" in statuses(client), "a call to run", 30)
    with redis.Redis.from_url(stack.redis_url) as connection:
        connection.flushall()
    wait_until(lambda: set(statuses(client)) == {"succeeded"}, "all calls to end", 60)
    files = client.json("GET", "/v1/apps/demo/files")["files"]
    assert [(file["path"], file["version"]) for file in files] == [(f"c{number}.txt", 1) for number in range(6)]


def test_a_database_that_is_restarted_loses_no_call(tmp_path: Path) -> None:
    with ExitStack() as stack:
        cluster, server = own_cluster(stack), stack.enter_context(ExitStack())
        server.enter_context(cluster.running())
        environment = MORE | {"DATABASE_URL": cluster.url}
        running = stack.enter_context(Stack(tmp_path / "data", environment=environment))
        client = stack.enter_context(Client(running.url, running.key, patience=60))
        submit(client, *(slow(f"c{number}", 1.5) for number in range(6)))
        wait_until(lambda: statuses(client).count("running") == 2, "both slots to work", 30)
        server.close()
        wait_until(lambda: "claim-not-given-back" in log_of(running, "files"), "a stage to end meanwhile", 30)
        assert client.exchange("GET", "/readyz")[0] == 503
        server.enter_context(cluster.running())
        wait_until(lambda: set(statuses(client)) == {"succeeded"}, "all calls to end", 60)
        files = client.json("GET", "/v1/apps/demo/files")["files"]
        assert [(file["path"], file["version"]) for file in files] == [(f"c{number}.txt", 1) for number in range(6)]


def own_cluster(stack: ExitStack) -> Cluster:
    try:
        return stack.enter_context(throwaway_cluster())
    except PostgresMissing as error:
        missing(error)
        raise


def log_of(stack: Stack, program: str) -> str:
    return (stack.folder.logs / f"{program}.log").read_text()
