"""A real Celery worker runs calls from end to end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis
from celery import Celery

from broker.catalog import Catalog
from broker.dispatch import dispatch
from models.database import Store, migrate
from models.lifecycle import Status
from models.settings import Settings
from ops.local.child import leashed
from tests.core.calls import add
from tests.core.fixtures import schema
from tests.core.parts import Parts
from tests.core.sample import tool
from tests.core.tools import new
from tests.wait import wait_until
from workers.recovery import reconcile

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "celery", "-A", "workers", "worker", "-Q", "files", "-n", "tests@%h", "-c", "1"]


@pytest.fixture(scope="module", params=["sqlite", "postgres", "postgres, links shared"])
def worked(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    redis_url: str,
    shared_client: redis.Redis,
    celery: Celery,
) -> Iterator[Parts]:
    """All parts, with a worker of one child on the queue `files`."""
    folder = tmp_path_factory.mktemp("worker")
    shared_client.flushall()
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/toolreel.db"
        database, _, shared = request.param.partition(", ")
        if database == "postgres":
            url = stack.enter_context(schema(request.getfixturevalue("postgres_url")))
        migrate(url)
        store = Store(url)
        stack.callback(store.close)
        settings = Settings(redis_url=redis_url, share_links=bool(shared))
        sharing = {"TOOLREEL_SHARE_LINKS": str(settings.share_links)}
        process = stack.enter_context(worker(url, redis_url, folder / "log", **sharing))
        catalog = Catalog(store, shared_client)
        wait_until(lambda: process.poll() or "note" in catalog.live(), "the worker to offer its tools", 60)
        yield Parts.make(settings, store, shared_client, celery)


@contextmanager
def worker(database_url: str, redis_url: str, log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    addresses = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "CELERY_BROKER_URL": ""}
    environment = os.environ | addresses | {"TOOLREEL_TOOLS": "tests.core.sample"} | settings
    with log.open("wb") as output:
        process = subprocess.Popen(leashed(COMMAND), cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(30) == 0, log.read_text()


def wait_for_the_end(parts: Parts, *ids: str) -> None:
    for id in ids:
        wait_until(lambda id=id: parts.call(id).final, f"the call {id} to end", 60)


def test_a_worker_declares_the_tools_that_it_finds(worked: Parts) -> None:
    catalog = Catalog(worked.store, worked.client)
    assert catalog.declared()["note"] == tool.declaration
    assert "os-write" in catalog.live()
    assert {name.partition("@")[0] for name in catalog.workers()} == {"tests"}


def test_a_call_runs_from_end_to_end_and_is_watched(worked: Parts) -> None:
    worked.submit(new(tool, "whole", file_path="src/a", words=["one", "two"]), app="whole")
    wait_for_the_end(worked, "whole")
    call = worked.call("whole")
    assert (call.status, call.result) == (Status.SUCCEEDED, {"text": "2 words"})
    assert worked.files("whole") == {"src/a": b"one two"}
    wait_until(lambda: worked.events("whole")[-1].kind == "message", "the message to be idle")
    told = worked.told("m1/whole", "whole")
    assert [(one["version"], one["stage"]) for one in told if one["detail"] == {}] == [
        (1, None),
        (2, "counting"),
        (3, "writing"),
        (4, "checking"),
        (5, None),
    ]
    assert [one["detail"]["note"] for one in told if one["detail"]][-1] == "two"
    assert [event.version for event in worked.events("whole") if event.kind == "log"] == [0]


def test_calls_of_one_file_run_in_their_order(worked: Parts) -> None:
    calls = [new(tool, f"line{number}", file_path="a", words=[str(number)]) for number in range(6)]
    worked.submit(*calls, app="line")
    wait_for_the_end(worked, *(call.id for call in calls))
    assert worked.files("line") == {"a": b"012345"}


def test_a_call_that_fails_ends_its_chain(worked: Parts) -> None:
    worked.submit(new(tool, "fails", file_path="a", words=["wrong"]), app="fails")
    wait_for_the_end(worked, "fails")
    assert (worked.call("fails").error or {})["detail"] == "a word is wrong"
    assert worked.files("fails") == {}


def test_a_stale_link_takes_the_rest_of_its_chain_with_it(worked: Parts) -> None:
    with worked.store.write() as tx:
        (call,) = add(tx, new(tool, "stale", file_path="a", words=["x"]), app="stale").calls
    # The first stage was run by somebody else, so that the second stage's link would find its stage free.
    assert worked.run(tool, call, 0)
    dispatch(worked.celery, call)
    worked.submit(new(tool, "after", file_path="b", words=["x"]), app="stale")
    wait_for_the_end(worked, "after")
    stale = worked.call("stale")
    assert (stale.status, stale.stage_name, stale.claimed_by) == (Status.RUNNING, "writing", None)
    dispatch(worked.celery, stale)
    wait_for_the_end(worked, "stale")


def test_a_redis_that_loses_everything_loses_no_call(worked: Parts) -> None:
    words = ["some"] * 20
    calls = [new(tool, f"kept{number}", file_path=f"{number % 3}", words=words) for number in range(9)]
    worked.submit(*calls, app="kept")
    worked.client.flushall()

    def all_ended() -> bool:
        reconcile(worked.context)
        return all(worked.call(call.id).final for call in calls)

    wait_until(all_ended, "the reconciler to send the lost links again", 60)
    assert worked.files("kept") == {str(number): b" ".join([b"some"] * 20) * 3 for number in range(3)}
