"""What is killed between a commit and what follows it: the call runs all the same, once."""

import secrets
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import redis
from sqlalchemy import select

from models.call import Call
from models.database import Store
from models.move import COLUMNS
from models.tables import call_moves, tool_calls
from ops.chaos.victims import children, tell
from ops.client import Client
from ops.local.stack import Stack
from tests.wait import wait_until

PROGRAMS = ("gateway", "files", "recovery", "beat")
MORE = {"TOOLREEL_TOOLS": "tests.core.gated", "TOOLREEL_LEASE_SECONDS": "2", "TOOLREEL_FILE_WORKERS": "1"}


class Scene:
    """One call of an app of its own, which waits at a gate in its first stage."""

    def __init__(self, stack: Stack, store: Store, gate: Path) -> None:
        self.stack = stack
        self.gate = gate
        self._store = store
        self._app = f"between-{secrets.token_hex(4)}"
        self.path = f"/v1/apps/{self._app}/messages/m1/tool-calls"
        self.body = {"tool_calls": [{"id": "c1", "name": "gated", "arguments": {"gate": str(gate)}}]}

    def start(self) -> None:
        """Return when the call's first stage runs."""
        with Client(self.stack.url, self.stack.key) as client:
            client.json("POST", self.path, self.body)
        wait_until(lambda: self.call().claimed_by, "the stage to run", 60)

    def call(self) -> Call:
        (call,) = self.calls()
        return call

    def calls(self) -> list[Call]:
        query = select(*COLUMNS).where(tool_calls.c.app_id == self._app)
        with self._store.read() as tx:
            return [Call.of(row) for row in tx.execute(query).mappings()]

    def moves(self) -> list[str]:
        query = select(call_moves.c.move).where(call_moves.c.call_key == self.call().key)
        with self._store.read() as tx:
            return list(tx.execute(query.order_by(call_moves.c.version)).scalars())

    def end(self) -> Call:
        """The call once it has ended well, and happened once."""
        wait_until(lambda: self.call().final, "the call to end", 60)
        with Client(self.stack.url, self.stack.key, patience=30) as client:
            files = client.json("GET", f"/v1/apps/{self._app}/files")["files"]
        assert [(file["path"], file["version"]) for file in files] == [("gated.txt", 1)]
        return self.call()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("between"), only=PROGRAMS, environment=MORE) as running:
        yield running


@pytest.fixture
def scene(stack: Stack, tmp_path: Path) -> Iterator[Scene]:
    stack.wait_until_ready()
    with closing(Store(stack.database_url)) as store:
        yield Scene(stack, store, tmp_path / "gate")


@contextmanager
def nothing_is_written(stack: Stack) -> Iterator[None]:
    """Whoever writes to Redis waits."""
    with redis.Redis.from_url(stack.redis_url) as connection:
        connection.execute_command("CLIENT", "PAUSE", 60_000, "WRITE")
        try:
            yield
        finally:
            connection.execute_command("CLIENT", "UNPAUSE")


def test_a_gateway_killed_between_its_commit_and_the_queue_loses_no_call(scene: Scene) -> None:
    scene.gate.touch()
    with (
        httpx.Client(base_url=scene.stack.url, headers={"Authorization": f"Bearer {scene.stack.key}"}) as client,
        ThreadPoolExecutor(1) as pool,
        nothing_is_written(scene.stack),
    ):
        answer = pool.submit(client.post, scene.path, json=scene.body)
        wait_until(scene.calls, "the call to be stored")
        scene.stack.signal("gateway", signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            answer.result(30)
    assert (scene.end().attempt, scene.moves().count("start")) == (1, 1)


def test_a_worker_killed_between_its_commit_and_the_next_link_costs_no_attempt(scene: Scene) -> None:
    scene.start()
    with nothing_is_written(scene.stack):
        scene.gate.touch()
        wait_until(lambda: scene.call().stage == 1, "the stage to be committed")
        tell(children(scene.stack, "files"), signal.SIGKILL)
        assert scene.call().claimed_by is None
    ended = scene.end()
    assert (ended.attempt, ended.losses, scene.moves().count("advance")) == (1, 0, 1)


@pytest.mark.parametrize("gone", ["recovery", "beat"])
def test_a_killed_process_costs_one_attempt_though_the_reconciler_dies_too(scene: Scene, gone: str) -> None:
    scene.start()
    scene.stack.signal(gone, signal.SIGKILL)
    tell(children(scene.stack, "files"), signal.SIGKILL)
    scene.gate.touch()
    ended = scene.end()
    assert (ended.attempt, ended.losses) == (2, 1)
