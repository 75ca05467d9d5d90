"""Runs the afternoon's version: a Redis, its web app and its worker, each a process of its own, then nothing is left."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from redis import Redis

from ops.bench.processes import ASIDE
from ops.bench.roster import Roster
from ops.bench.side import PAYLOAD, Emit, Request, Side
from ops.bench.size import Size
from ops.bootstrap import ROOT
from ops.local import redis
from ops.local.output import LogFiles
from ops.local.port import free_port
from ops.local.program import Program, Rank
from ops.local.supervisor import Supervisor

BASELINE = "baseline"
RELAY, WORKER, REDIS = "relay", "worker", "redis"
PACKAGE = "ops.bench.baseline"


class Baseline(Side):
    """The running thing, as a side."""

    def __init__(self, url: str, size: Size, roster: Roster, *, redis_url: str, programs: Supervisor) -> None:
        super().__init__(BASELINE, url, size, roster, stream=events_path, request=one_call, relay=RELAY, rest=ASIDE)
        self._redis = Redis.from_url(redis_url)
        self._programs = programs
        self._enter()

    def sender(self, app: str) -> Callable[[bytes, int], None]:
        """What publishes a state of a call, as JSON, with its version."""

        def send(data: bytes, version: int) -> None:
            self._redis.publish(f"app:{app}", data)

        return send

    def restart_relay(self) -> None:
        self._programs.hold(RELAY)
        self._programs.release(RELAY)
        self._enter()

    def _enter(self) -> None:
        self.wait_until_open()
        pids = {self._programs.pid(program): program for program in self._programs.names}
        self.roster.add(BASELINE, {pid: program for pid, program in pids.items() if pid})

    def emitter(self, app: str) -> Emit:
        def emit(count: int) -> None:
            with self._redis.pipeline(transaction=False) as pipeline:
                for _ in range(count):
                    pipeline.publish(f"app:{app}", PAYLOAD)
                pipeline.execute()

        return emit


@contextmanager
def running_baseline(workers: int, size: Size, roster: Roster) -> Iterator[Baseline]:
    """Started with this many processes of the worker."""
    with tempfile.TemporaryDirectory(prefix="toolreel-baseline-") as name:
        folder, port = Path(name), free_port()
        server, redis_url = redis.embedded(folder / REDIS)
        supervisor = Supervisor(LogFiles(folder), [server])
        supervisor.start()
        try:
            redis.wait_until_ready(redis_url, folder / REDIS)
            supervisor.add(_programs(redis_url, port, workers))
            yield Baseline(f"http://127.0.0.1:{port}", size, roster, redis_url=redis_url, programs=supervisor)
        finally:
            supervisor.stop()


def events_path(app: str) -> str:
    return f"/apps/{app}/events"


def one_call(app: str, number: int) -> Request:
    body: dict[str, Any] = {"id": f"call_{number}"}
    return f"/apps/{app}/calls", orjson.dumps(body)


def _programs(redis_url: str, port: int, workers: int) -> tuple[Program, Program]:
    environment = {**os.environ, "BASELINE_REDIS_URL": redis_url, "PYTHONPATH": str(ROOT)}
    python = (sys.executable, "-m")
    relay = (*python, "uvicorn", f"{PACKAGE}.relay:app", "--port", str(port), "--no-access-log")
    worker = (*python, "celery", "-A", f"{PACKAGE}.tasks", "worker", "-c", str(workers))
    return Program(RELAY, relay, environment), Program(WORKER, worker, environment, Rank.WORKER)
