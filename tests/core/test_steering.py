"""A real worker obeys: pause, resume and cancel of stages that meet checkpoints, and of those that do not."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import redis
from celery import Celery

from broker.catalog import Catalog
from broker.leases import look
from broker.outbox import now
from models.call import Call
from models.control import control_call
from models.database import Store, migrate
from models.errors import AlreadyFinal
from models.lifecycle import Status
from models.settings import Settings
from models.steering import Control
from tests.core import slow
from tests.core.fixtures import schema
from tests.core.parts import Parts
from tests.core.test_worker import worker
from tests.core.tools import new
from tests.wait import wait_until
from workers.recovery import reconcile

TIMES = {
    "TOOLREEL_HOLD_SECONDS": "0.5",
    "TOOLREEL_GRACE_SECONDS": "0.3",
    "TOOLREEL_LEASE_SECONDS": "1",
    "TOOLREEL_TOOLS": "tests.core.sample,tests.core.slow",
}


class Scene:
    """A worker of one process, and the controls as a gateway carries them out."""

    def __init__(self, parts: Parts, process: subprocess.Popen[bytes]) -> None:
        self.parts = parts
        self.process = process
        self._count = 0

    def submit(self, **arguments: Any) -> Call:
        self._count += 1
        (call,) = self.parts.submit(new(slow.tool, f"c{self._count}", **arguments), message=f"m{self._count}")
        return call

    def start(self, **arguments: Any) -> Call:
        """A call that runs its second stage."""
        call = self.submit(**arguments)
        self.wait_for(call, lambda found: found.stage == 1 and found.claimed_by)
        return self.read(call)

    def read(self, call: Call) -> Call:
        return self.parts.call(call.id, call.message_id)

    def wait_for(self, call: Call, condition: Any, what: str = "") -> Call:
        def holds() -> bool:
            reconcile(self.parts.context)
            return bool(condition(self.read(call)))

        wait_until(holds, what or f"the call {call.id} to get there", 30)
        return self.read(call)

    def wait_for_status(self, call: Call, status: Status) -> Call:
        return self.wait_for(call, lambda found: found.status is status, f"{call.id} to be {status}")

    def control(self, call: Call, control: Control) -> Call:
        with self.parts.store.write() as tx:
            steered = control_call(tx, control, call, at=now(), cap=8)
        self.parts.outbox.deliver(steered.outcome)
        return steered.calls[0]

    def child(self, call: Call) -> str:
        return (self.read(call).claimed_by or "").partition(".")[0]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def scene(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    redis_url: str,
    shared_client: redis.Redis,
    celery: Celery,
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("steering")
    shared_client.flushall()
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/toolreel.db"
        if request.param == "postgres":
            url = stack.enter_context(schema(request.getfixturevalue("postgres_url")))
        migrate(url)
        store = Store(url)
        stack.callback(store.close)
        process = stack.enter_context(worker(url, redis_url, folder / "log", **TIMES))
        catalog = Catalog(store, shared_client)
        wait_until(lambda: process.poll() or "slow" in catalog.live(), "the worker to offer its tools", 60)
        settings = Settings(redis_url=redis_url, lease_seconds=1, grace_seconds=0.3)
        yield Scene(Parts.make(settings, store, shared_client, celery), process)


def test_a_running_call_pauses_at_a_checkpoint_and_goes_on_where_it_was(scene: Scene) -> None:
    call = scene.start()
    asked = scene.control(call, Control.PAUSE)
    assert asked.status in (Status.PAUSING, Status.PAUSED)
    paused = scene.wait_for_status(call, Status.PAUSED)
    assert paused.claimed_by == call.claimed_by
    resumed = scene.control(call, Control.RESUME)
    assert (resumed.status, resumed.claimed_by, resumed.attempt) == (Status.RUNNING, call.claimed_by, 1)
    scene.control(call, Control.CANCEL)
    ended = scene.wait_for_status(call, Status.CANCELLED)
    assert ended.claimed_by is None and ended.paused_ms >= 0
    assert "slow.txt" not in scene.parts.files()


def test_a_long_pause_gives_the_slot_back_and_its_stage_goes_on_from_its_own_cursor(scene: Scene) -> None:
    call = scene.start(seconds=0.7)
    scene.control(call, Control.PAUSE)
    scene.wait_for(call, lambda found: found.status is Status.PAUSED and not found.claimed_by)
    other = scene.submit(seconds=0.01, file_path="other.txt")
    scene.wait_for_status(other, Status.SUCCEEDED)
    assert scene.read(call).status is Status.PAUSED
    scene.control(call, Control.RESUME)
    ended = scene.wait_for_status(call, Status.SUCCEEDED)
    assert (ended.attempt, ended.epoch) == (1, 1)
    lines = [event for event in scene.parts.events() if event.kind == "log" and event.message_id == call.message_id]
    assert len(lines) == 2
    assert b'"from 0"' in lines[0].data and b'"from 0"' not in lines[1].data
    assert ended.paused_ms >= 500


@pytest.mark.parametrize("manner", ["polite", "deaf", "asleep"])
def test_a_cancel_ends_a_stage_whatever_it_does(scene: Scene, manner: str) -> None:
    call = scene.start(manner=manner)
    child = scene.child(call)
    assert scene.control(call, Control.CANCEL).status is Status.CANCELLING
    scene.wait_for_status(call, Status.CANCELLED)
    after = scene.submit(seconds=0.01)
    assert scene.wait_for_status(after, Status.SUCCEEDED).attempt == 1
    assert child in look(scene.parts.client, seconds=1).living


def test_a_stage_that_throws_away_its_halt_is_killed_with_its_process(scene: Scene) -> None:
    call = scene.start(manner="stuck")
    child = scene.child(call)
    scene.control(call, Control.CANCEL)
    scene.wait_for_status(call, Status.CANCELLED)
    after = scene.submit(seconds=0.01)
    assert scene.wait_for_status(after, Status.SUCCEEDED).attempt == 1
    assert child in look(scene.parts.client, seconds=1).gone


def test_what_has_ended_is_not_steered(scene: Scene) -> None:
    call = scene.submit(seconds=0.01)
    scene.wait_for_status(call, Status.SUCCEEDED)
    for control in Control:
        with pytest.raises(AlreadyFinal):
            scene.control(call, control)


def test_a_cancelled_call_runs_again_when_it_is_retried(scene: Scene) -> None:
    call = scene.start()
    scene.control(call, Control.CANCEL)
    scene.wait_for_status(call, Status.CANCELLED)
    retried = scene.control(call, Control.RETRY)
    assert (retried.status, retried.attempt, retried.finished_at) == (Status.QUEUED, 2, None)
    scene.wait_for(call, lambda found: found.stage == 1 and found.claimed_by)
    scene.control(call, Control.CANCEL)
    scene.wait_for_status(call, Status.CANCELLED)


def test_a_killed_process_costs_an_attempt_and_nothing_else(scene: Scene) -> None:
    call = scene.start(seconds=1)
    pids = _children(scene.process.pid)
    os.kill(pids[-1], signal.SIGKILL)
    ended = scene.wait_for_status(call, Status.SUCCEEDED)
    assert (ended.attempt, ended.losses, ended.epoch) == (2, 1, 2)


def test_a_stage_that_takes_too_long_fails_the_call(scene: Scene) -> None:
    call = scene.start(manner="deaf")
    ended = scene.wait_for_status(call, Status.FAILED)
    assert ended.error and ended.error["type"] == "timed-out"
    assert "4 seconds" in ended.error["detail"]


def test_time_that_a_call_stands_still_is_not_counted(scene: Scene) -> None:
    call = scene.start(seconds=1)
    for _ in range(8):
        scene.control(call, Control.PAUSE)
        scene.wait_for_status(call, Status.PAUSED)
        scene.wait_for(call, lambda found: not found.claimed_by)
        scene.control(call, Control.RESUME)
        scene.wait_for(call, lambda found: found.claimed_by or found.final)
    assert scene.wait_for_status(call, Status.SUCCEEDED).paused_ms >= 4000


def test_what_fails_in_passing_is_tried_again_by_itself(scene: Scene) -> None:
    path = f"shaky-{scene.process.pid}.txt"
    call = scene.submit(manner="shaky", failures=1, seconds=0.01, file_path=path)
    waiting = scene.wait_for(call, lambda found: found.next_attempt_at)
    assert (waiting.status, waiting.attempt) == (Status.QUEUED, 2)
    assert "tried again in 1 s" in waiting.detail["note"]
    ended = scene.wait_for_status(call, Status.SUCCEEDED)
    assert (ended.attempt, ended.next_attempt_at) == (2, None)


def test_what_fails_again_and_again_fails(scene: Scene) -> None:
    path = f"hopeless-{scene.process.pid}.txt"
    call = scene.submit(manner="shaky", failures=9, seconds=0.01, file_path=path)
    ended = scene.wait_for_status(call, Status.FAILED)
    assert (ended.attempt, ended.error and ended.error["retryable"]) == (3, True)


def test_a_call_that_kills_its_workers_does_so_three_times_only(scene: Scene) -> None:
    call = scene.start()
    for losses in range(1, 4):
        os.kill(_children(scene.process.pid)[-1], signal.SIGKILL)
        scene.wait_for(call, lambda found, losses=losses: found.final or (found.losses == losses and found.claimed_by))
    ended = scene.read(call)
    assert (ended.status, ended.error and ended.error["type"]) == (Status.FAILED, "worker-lost")
    after = scene.submit(seconds=0.01)
    assert scene.wait_for_status(after, Status.SUCCEEDED)


def test_a_zombie_writes_nothing_and_announces_nothing(scene: Scene) -> None:
    call = scene.start(seconds=2)
    pid = _children(scene.process.pid)[-1]
    # Not while it writes: SQLite's one writer would stand still with it, and all others wait.
    with scene.parts.store.write():
        os.kill(pid, signal.SIGSTOP)
    try:
        lost = scene.wait_for(call, lambda found: found.losses == 1)
    finally:
        os.kill(pid, signal.SIGCONT)
    ended = scene.wait_for_status(call, Status.SUCCEEDED)
    assert (ended.attempt, ended.epoch, lost.claimed_by) == (2, 2, None)
    told = [one["version"] for one in scene.parts.told(f"{call.message_id}/{call.id}") if one["stage"] is None]
    assert told == sorted(set(told))


def _children(pid: int) -> list[int]:
    """The processes below a process, those that have none themselves."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    children = [int(line) for line in listed.stdout.split()]
    return [leaf for child in children for leaf in (_children(child) or [child])]
