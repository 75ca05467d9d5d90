"""A worker that shuts down gives its stage to another, which goes on where it was."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from subprocess import Popen

import pytest
import redis
from celery import Celery

from broker.outbox import now
from models.control import control_call
from models.database import Store, migrate
from models.lifecycle import Status
from models.settings import Settings
from models.steering import Control
from tests.core import slow
from tests.core.parts import Parts
from tests.core.test_worker import worker
from tests.core.tools import new
from tests.wait import wait_until

MORE = {"TOOLREEL_TOOLS": "tests.core.slow", "TOOLREEL_DRAIN_SECONDS": "1"}


@pytest.fixture
def parts(tmp_path: Path, redis_url: str, client: redis.Redis, celery: Celery) -> Iterator[Parts]:
    url = f"sqlite:///{tmp_path}/toolreel.db"
    migrate(url)
    with closing(Store(url)) as store:
        yield Parts.make(Settings(redis_url=redis_url), store, client, celery)


@pytest.fixture
def start(tmp_path: Path, redis_url: str, parts: Parts) -> Callable[[], AbstractContextManager["Popen[bytes]"]]:
    """A worker as a context manager; its end is a TERM, after which it must end well."""
    return lambda: worker(f"sqlite:///{tmp_path}/toolreel.db", redis_url, tmp_path / "log", **MORE)


def works(parts: Parts) -> bool:
    call = parts.call("c1")
    return bool(call.stage == 1 and call.claimed_by)


def test_a_running_stage_goes_on_in_another_worker_from_its_cursor(
    parts: Parts, start: Callable[[], AbstractContextManager["Popen[bytes]"]]
) -> None:
    parts.submit(new(slow.tool, seconds=1.5))
    with start():
        wait_until(lambda: works(parts), "the stage to run", 30)
    handed = parts.call("c1")
    assert (handed.status, handed.claimed_by, handed.attempt, handed.stage) == (Status.RUNNING, None, 1, 1)
    with start():
        wait_until(lambda: parts.call("c1").final, "the call to end", 30)
    ended = parts.call("c1")
    assert (ended.status, ended.attempt, ended.losses) == (Status.SUCCEEDED, 1, 0)
    lines = [event.data for event in parts.events() if event.kind == "log"]
    assert b'"from 0"' in lines[0] and b'"from 0"' not in lines[1]


def test_a_held_pause_does_not_hold_up_the_end_of_its_worker(
    parts: Parts, start: Callable[[], AbstractContextManager["Popen[bytes]"]]
) -> None:
    parts.submit(new(slow.tool))
    with start():
        wait_until(lambda: works(parts), "the stage to run", 30)
        with parts.store.write() as tx:
            steered = control_call(tx, Control.PAUSE, parts.call("c1"), at=now(), cap=8)
        parts.outbox.deliver(steered.outcome)
        wait_until(lambda: parts.call("c1").status is Status.PAUSED, "the pause")
    assert (parts.call("c1").status, parts.call("c1").claimed_by) == (Status.PAUSED, None)


def test_a_stage_that_reaches_no_checkpoint_is_given_to_another_worker_when_the_drain_time_is_over(
    parts: Parts, start: Callable[[], AbstractContextManager["Popen[bytes]"]]
) -> None:
    parts.submit(new(slow.tool, manner="asleep", seconds=3))
    with start():
        wait_until(lambda: works(parts), "the stage to run", 30)
    handed = parts.call("c1")
    assert (handed.status, handed.claimed_by, handed.stage, handed.losses) == (Status.RUNNING, None, 1, 0)
    with start():
        wait_until(lambda: parts.call("c1").final, "the call to end", 30)
    assert (parts.call("c1").status, parts.call("c1").attempt) == (Status.SUCCEEDED, 1)


def test_a_stage_that_throws_away_its_end_does_not_hold_up_that_of_its_worker(
    parts: Parts, start: Callable[[], AbstractContextManager["Popen[bytes]"]]
) -> None:
    parts.submit(new(slow.tool, manner="stuck"))
    with pytest.raises(AssertionError), start() as process:
        wait_until(lambda: works(parts), "the stage to run", 30)
    assert process.returncode == -signal.SIGKILL
    # What it did not give back, recovery takes.
    assert parts.call("c1").claimed_by
