"""Stages that share a link: the same claims, commits, events and controls as with a link each, in fewer hops."""

from collections.abc import Callable

import pytest

from broker.outbox import now
from models.control import control_call
from models.lifecycle import Status
from models.loss import lose
from models.settings import Settings
from models.steering import Control
from tests.core.parts import Parts
from tests.core.tools import new, tool_of
from workers.run import Run
from workers.runner import run_stages
from workers.tool import Result, Tool


@pytest.fixture
def settings(redis_url: str) -> Settings:
    return Settings(redis_url=redis_url, share_links=True)


def steer(parts: Parts, what: Control) -> None:
    """What a gateway does, and the signal as the listener's thread passes it on."""
    call = parts.call("c1")
    with parts.store.write() as tx:
        steered = control_call(tx, what, call, at=now(), cap=8)
    parts.outbox.deliver(steered.outcome)
    for one in steered.outcome.signalled:
        parts.context.steering.ask(one.claimed_by or "", one.control)


def recording(while_two_runs: Callable[[], None]) -> tuple[Tool, list[str]]:
    """A tool of three stages that notes which of them ran; the second does something besides."""
    ran: list[str] = []

    def two(run: Run) -> None:
        ran.append("two")
        while_two_runs()
        run.files.write("a", b"1")

    return tool_of(lambda run: ran.append("one"), two, lambda run: ran.append("three")), ran


def test_one_link_runs_every_stage_under_one_claim(parts: Parts) -> None:
    claims: list[str | None] = []

    def look(run: Run) -> None:
        claims.append(parts.call("c1").claimed_by)

    def write(run: Run) -> Result:
        look(run)
        run.files.write("a", b"1")
        return Result(text="done")

    tool = tool_of(look, look, write)
    parts.submit(new(tool))
    parts.run_all(tool)
    assert parts.moves("c1") == [(1, "accept"), (2, "start"), (3, "advance"), (4, "advance"), (5, "succeed")]
    assert len(claims) == 3 and len(set(claims)) == 1 and None not in claims
    assert [(one["version"], one["status"], one["stage"]) for one in parts.told("m1/c1")] == [
        (1, "queued", None),
        (2, "running", "one"),
        (3, "running", "two"),
        (4, "running", "three"),
        (5, "succeeded", None),
    ]
    assert (parts.call("c1").claimed_by, parts.files()) == (None, {"a": b"1"})


def test_a_stage_gets_what_the_one_before_it_gave_and_staged(parts: Parts) -> None:
    def stage(run: Run) -> dict[str, int]:
        run.files.write("a", b"staged")
        return {"n": 2**70}

    seen: list[bytes | None] = []
    tool = tool_of(stage, lambda run: seen.append(run.files.read("a")), lambda run: seen.append(run.files.read("a")))
    parts.submit(new(tool))
    parts.run_all(tool)
    assert (seen, parts.files()) == ([b"staged"] * 2, {"a": b"staged"})


def test_a_cancel_between_two_stages_ends_the_call(parts: Parts) -> None:
    tool, ran = recording(lambda: steer(parts, Control.CANCEL))
    parts.submit(new(tool))
    parts.run_all(tool)
    assert (parts.call("c1").status, ran, parts.files()) == (Status.CANCELLED, ["one", "two"], {})


def test_a_long_pause_gives_the_link_back_and_a_resume_sends_the_stages_that_remain(parts: Parts) -> None:
    parts.settings.__dict__["hold_seconds"] = 0.0
    tool, ran = recording(lambda: steer(parts, Control.PAUSE) if len(ran) == 2 else None)
    parts.submit(new(tool))
    parts.run_all(tool)
    paused = parts.call("c1")
    assert (paused.status, paused.claimed_by, paused.stage, ran) == (Status.PAUSED, None, 1, ["one", "two"])
    steer(parts, Control.RESUME)
    parts.run_all(tool)
    assert (parts.call("c1").status, ran) == (Status.SUCCEEDED, ["one", "two", "two", "three"])


def test_a_claim_that_is_lost_between_two_stages_runs_no_further(parts: Parts) -> None:
    def take_away() -> None:
        call = parts.call("c1")
        with parts.store.write() as tx:
            lose(tx, call.app_id, call.key, call.claimed_by, at=now(), cap=8)

    tool, ran = recording(take_away)
    parts.submit(new(tool))
    parts.run_all(tool)
    call = parts.call("c1")
    assert (ran, call.stage, call.epoch, call.status, parts.files()) == (["one", "two"], 1, 2, Status.RUNNING, {})


def test_a_link_that_is_delivered_twice_runs_its_stages_once(parts: Parts) -> None:
    tool, ran = recording(lambda: None)
    parts.submit(new(tool))
    (link,) = parts.take_links()
    assert run_stages(parts.context, tool, *link.arguments)
    assert not run_stages(parts.context, tool, *link.arguments)
    assert (ran, parts.call("c1").status) == (["one", "two", "three"], Status.SUCCEEDED)
