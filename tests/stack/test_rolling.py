"""A rolling restart under load: workers are replaced one after another, and no call is lost, or even tried twice."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.database import Store
from models.lifecycle import Status
from models.tables import call_moves, tool_calls
from ops.bootstrap import ROOT
from ops.client import Client
from ops.local.child import leashed
from ops.local.stack import Stack
from tests.wait import wait_until

ROUNDS = 3
MOST_CALLS = 12
MORE = {"TOOLREEL_TOOLS": "tests.core.slow", "TOOLREEL_LEASE_SECONDS": "2"}


class Fleet:
    """Workers beside a stack that has none of its own."""

    def __init__(self, stack: Stack, logs: Path) -> None:
        self._stack = stack
        self._logs = logs
        self._workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """A worker of two processes, once it says that it is ready."""
        name = f"w{len(self._workers)}"
        options = ["-Q", "files", "-n", f"{name}@%h", "-c", "2", "--without-gossip", "--without-mingle"]
        command = [sys.executable, "-m", "celery", "-A", "workers", "worker", *options]
        log = self._logs / name
        with log.open("wb") as output:
            environment = os.environ | self._stack.environment
            worker = subprocess.Popen(leashed(command), cwd=ROOT, env=environment, stdout=output, stderr=output)
        self._workers.append(worker)
        wait_until(lambda: worker.poll() or " ready." in log.read_text(), f"the worker {name} to be ready", 60)
        return worker

    def end(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait(30)


class Load:
    """Submits calls of two kinds, as many as the workers take, until it is told to stop."""

    def __init__(self, stack: Stack, store: Store) -> None:
        self._stack = stack
        self._store = store
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.count = 0

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        with Client(self._stack.url, self._stack.key) as client:
            while not self._stopping.wait(0.1):
                if unfinished(self._store) > MOST_CALLS:
                    continue
                path = f"/v1/apps/app-{self.count % 4}/messages/m1/tool-calls"
                client.json("POST", path, {"tool_calls": [self._next()]})
                self.count += 1

    def _next(self) -> dict[str, Any]:
        name, arguments = ("os-write", {"content": "x"}) if self.count % 2 else ("slow", {"seconds": 0.3})
        file = {"file_path": f"f{self.count}.txt"}
        return {"id": f"c{self.count}", "name": name, "arguments": {**arguments, **file}}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path / "data", only=("gateway", "recovery", "beat"), environment=MORE) as running:
        yield running


@pytest.mark.timeout(400)
def test_a_rolling_restart_under_load_costs_no_call_an_attempt(stack: Stack, tmp_path: Path) -> None:
    with ExitStack() as leaving, closing(Store(stack.database_url)) as store:
        fleet = Fleet(stack, tmp_path)
        leaving.callback(fleet.end)
        workers = [fleet.start(), fleet.start()]
        with Load(stack, store) as load:
            for _ in range(ROUNDS):
                old = workers.pop(0)
                count = load.count
                wait_until(lambda count=count: load.count > count + 5, "more calls")
                old.terminate()
                assert old.wait(30) == 0
                workers.append(fleet.start())
        wait_until(lambda: unfinished(store) == 0, "all calls to end", 60)
        with store.read() as tx:
            found = tx.execute(select(tool_calls.c.status, tool_calls.c.attempt, tool_calls.c.losses)).all()
            moves = select(call_moves.c.call_key, func.count(), func.max(call_moves.c.version))
            counts = tx.execute(moves.group_by(call_moves.c.call_key)).all()
    assert [tuple(row) for row in found] == [(Status.SUCCEEDED, 1, 0)] * load.count
    assert all(count == version for _, count, version in counts)


def unfinished(store: Store) -> int:
    with store.read() as tx:
        query = select(func.count()).select_from(tool_calls).where(tool_calls.c.finished_at.is_(None))
        return int(tx.execute(query).scalar_one())
