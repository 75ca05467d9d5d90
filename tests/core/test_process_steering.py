"""A real worker's programs obey with their call, and none is left when the call or the worker ends, however it ends."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import orjson
import pytest
import redis

from broker.app import make_celery
from broker.catalog import Catalog
from models.call import Call
from models.database import Store, migrate
from models.lifecycle import Status
from models.settings import Settings
from models.steering import Control
from ops.local.child import leashed
from ops.local.redis import throwaway_redis
from tests.core import outside
from tests.core.parts import Parts
from tests.core.test_steering import TIMES, Scene
from tests.core.test_worker import COMMAND, ROOT
from tests.core.tools import new
from tests.wait import wait_until
from workers.tool import Tool

DEAF = "trap '' TERM HUP INT; "
COUNT = "n=0; while [ ! -e go ]; do n=$((n+1)); echo $n > count; sleep 0.01; done; echo over"
FAMILY = f"({COUNT}) & ({COUNT}) & wait"


class Yard(Scene):
    """A worker of one process, and the folder in which its programs play."""

    def __init__(self, parts: Parts, process: subprocess.Popen[bytes], folder: Path) -> None:
        super().__init__(parts, process)
        self.root = folder
        self._number = 0

    @property
    def folder(self) -> Path:
        """The newest call's."""
        return self.root / f"p{self._number}"

    def ask(self, script: str, tool: Tool = outside.patient) -> Call:
        """Submit a call that runs a script, which first says its group's number in the file `leader`."""
        self._number += 1
        self.folder.mkdir()
        name, arguments = f"p{self._number}", {"script": f"echo $$ > leader; {script}", "folder": str(self.folder)}
        (call,) = self.parts.submit(new(tool, name, file_path=name, **arguments), message=name)
        return call

    def play(self, script: str, tool: Tool = outside.patient) -> tuple[Call, int]:
        """A call whose script runs and counts, with its group."""
        call = self.ask(script, tool)
        self.wait_until_it_counts(2)
        return self.read(call), self.leader()

    def leader(self) -> int:
        return int(wait_until(lambda: _content(self.folder / "leader"), "the program to begin"))

    def count(self) -> int:
        return int(_content(self.folder / "count") or 0)

    def wait_until_it_counts(self, number: int) -> None:
        wait_until(lambda: self.count() > number, f"the program to count beyond {number}", 30)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with _yard(tmp_path_factory.mktemp("yard")) as yard:
        yield yard


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Yard]:
    """One whose worker the test may kill."""
    with _yard(tmp_path) as yard:
        yield yard


@pytest.fixture
def brisk(tmp_path: Path) -> Iterator[Yard]:
    """One whose worker holds no slot for a call that is paused."""
    with _yard(tmp_path, hold_seconds=0) as yard:
        yield yard


@contextmanager
def _yard(folder: Path, *, hold_seconds: float = 60) -> Iterator[Yard]:
    """A worker with everything of its own, so that none takes the work of another."""
    with ExitStack() as stack:
        redis_url, url = stack.enter_context(throwaway_redis()), f"sqlite:///{folder}/toolreel.db"
        migrate(url)
        store, client, celery = Store(url), redis.Redis.from_url(redis_url), make_celery()
        for part in (store, client, celery):
            stack.callback(part.close)
        celery.conf.update(broker_url=redis_url)
        process = _start(stack, url, redis_url, folder / "log", hold_seconds)
        catalog = Catalog(store, client)
        wait_until(lambda: process.poll() or "outside" in catalog.live(), "the worker to offer its tools", 60)
        settings = Settings(redis_url=redis_url, lease_seconds=1, grace_seconds=0.3)
        yield Yard(Parts.make(settings, store, client, celery), process, folder)


def _start(stack: ExitStack, url: str, redis_url: str, log: Path, hold_seconds: float) -> subprocess.Popen[bytes]:
    own = {"TOOLREEL_TOOLS": "tests.core.outside", "TOOLREEL_HOLD_SECONDS": str(hold_seconds)}
    addresses = {"DATABASE_URL": url, "REDIS_URL": redis_url, "CELERY_BROKER_URL": ""}
    environment = os.environ | TIMES | own | addresses
    with log.open("wb") as output:
        process = subprocess.Popen(leashed(COMMAND), cwd=ROOT, env=environment, stdout=output, stderr=output)
    stack.callback(process.wait, 30)
    stack.callback(process.terminate)
    return process


def _content(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text()
    return ""


def _processes() -> list[tuple[int, int, int, str]]:
    """Every process: its id, its parent's, its group's, and its state."""
    command = ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [(int(pid), int(parent), int(group), state) for pid, parent, group, state in rows]


def living(group: int) -> list[str]:
    return [state for _, _, its, state in _processes() if its == group and not state.startswith("Z")]


def children(pid: int) -> list[int]:
    """The processes that a worker runs stages in."""
    return [child for child, parent, _, _ in _processes() if parent == pid]


def test_a_program_makes_log_lines_and_a_result(yard: Yard) -> None:
    call = yard.ask("echo one; echo two >&2")
    ended = yard.wait_for_status(call, Status.SUCCEEDED)
    assert ended.result == {"text": "one\ntwo"}
    logged = [event for event in yard.parts.events() if event.kind == "log" and event.message_id == call.message_id]
    assert [line for event in logged for line in orjson.loads(event.data)["lines"]] == ["one", "two"]


def test_a_program_that_fails_fails_its_call(yard: Yard) -> None:
    ended = yard.wait_for_status(yard.ask("echo broken; exit 3"), Status.FAILED)
    assert ended.error is not None
    assert (ended.error["type"], ended.error["detail"]) == (
        "process-failed",
        "sh ended with exit code 3. It said last:\nbroken",
    )


def test_a_paused_program_stands_still_and_goes_on_as_the_same_one(yard: Yard) -> None:
    call, group = yard.play(FAMILY)
    yard.control(call, Control.PAUSE)
    paused = yard.wait_for_status(call, Status.PAUSED)
    assert paused.claimed_by == call.claimed_by
    assert {state[0] for state in living(group)} == {"T"}
    yard.control(call, Control.RESUME)
    yard.wait_until_it_counts(yard.count() + 2)
    (yard.folder / "go").touch()
    ended = yard.wait_for_status(call, Status.SUCCEEDED)
    assert (ended.attempt, ended.result) == (1, {"text": "over\nover"})
    assert (yard.leader(), living(group)) == (group, [])


def test_a_parked_program_is_killed_and_its_stage_starts_over(brisk: Yard) -> None:
    yard = brisk
    call, group = yard.play(f"trap 'touch cleaned' TERM; {FAMILY}")
    yard.control(call, Control.PAUSE)
    yard.wait_for(call, lambda found: found.status is Status.PAUSED and not found.claimed_by)
    wait_until(lambda: living(group) == [], "the program to be gone")
    count = yard.count()
    other = yard.parts.submit(new(outside.patient, "other", script="true", folder=str(yard.folder), file_path="other"))
    yard.wait_for_status(other[0], Status.SUCCEEDED)
    assert (yard.count(), (yard.folder / "cleaned").exists()) == (count, False)
    assert yard.read(call).status is Status.PAUSED
    (yard.folder / "leader").unlink()
    yard.control(call, Control.RESUME)
    assert yard.leader() != group
    (yard.folder / "go").touch()
    assert yard.wait_for_status(call, Status.SUCCEEDED).attempt == 1


@pytest.mark.parametrize("when", ["running", "paused"])
def test_cancelled_means_that_nothing_runs(yard: Yard, when: str) -> None:
    call, group = yard.play(f"{DEAF}{FAMILY}")
    child = yard.child(call)
    if when == "paused":
        yard.control(call, Control.PAUSE)
        yard.wait_for_status(call, Status.PAUSED)
    yard.control(call, Control.CANCEL)
    wait_until(lambda: yard.read(call).status is Status.CANCELLED, "the call to be cancelled")
    assert living(group) == []
    after = yard.play("echo 9 > count; while [ ! -e go ]; do sleep 0.01; done")[0]
    assert yard.child(after) == child
    (yard.folder / "go").touch()
    yard.wait_for_status(after, Status.SUCCEEDED)


def test_a_stage_that_takes_too_long_ends_with_its_program(yard: Yard) -> None:
    call, group = yard.play(f"{DEAF}{FAMILY}", outside.hasty)
    ended = yard.wait_for_status(call, Status.FAILED)
    assert (ended.error or {})["type"] == "timed-out"
    assert living(group) == []


@pytest.mark.parametrize("still", [False, True], ids=["running", "stopped"])
def test_a_killed_process_takes_its_program_with_it(yard: Yard, still: bool) -> None:
    call, group = yard.play(f"{DEAF}{FAMILY}")
    if still:
        os.killpg(group, signal.SIGSTOP)
    (child,) = children(yard.process.pid)
    (yard.folder / "leader").unlink()
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: living(group) == [], "the program to be gone")
    yard.wait_for(call, lambda found: found.attempt == 2)
    assert yard.leader() != group
    (yard.folder / "go").touch()
    yard.wait_for_status(call, Status.SUCCEEDED)


def test_a_killed_worker_takes_its_programs_with_it(doomed: Yard) -> None:
    _, group = doomed.play(f"{DEAF}{FAMILY}")
    for pid in (doomed.process.pid, *children(doomed.process.pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: living(group) == [], "the program to be gone")


def test_a_worker_that_shuts_down_ends_its_program_and_hands_the_stage_over(doomed: Yard) -> None:
    call, group = doomed.play(f"{DEAF}{FAMILY}")
    doomed.process.terminate()
    assert doomed.process.wait(30) == 0
    assert living(group) == []
    handed_over = doomed.read(call)
    assert (handed_over.status, handed_over.claimed_by, handed_over.losses) == (Status.RUNNING, None, 0)
