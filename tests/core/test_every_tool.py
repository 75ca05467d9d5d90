"""Whatever tool it is: stopped during and after each of its stages, and with each stage delivered twice, it does no harm."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from broker.outbox import now
from models.call import Call
from models.control import control_call
from models.lifecycle import Status
from models.steering import Control
from models.submit import NewCall
from models.write import write_file
from tests.core.parts import Parts
from tests.workers.bench import TOOLS
from tests.workers.test_tools_contract import CALLS, FILES
from workers.tool import Tool

STAGES = [
    pytest.param(tool, index, id=f"{tool.name}-{stage.name}")
    for tool in TOOLS.values()
    for index, stage in enumerate(tool.declaration.stages)
]


def new(tool: Tool) -> NewCall:
    declared, arguments = tool.declaration, CALLS[tool.name]
    return NewCall(
        id="c1",
        name=tool.name,
        arguments=arguments,
        fingerprint=tool.name,
        title=tool.name,
        stages=tuple(stage.model_dump() for stage in declared.stages),
        queue=declared.queue,
        pausable=declared.pausable,
        accesses=declared.accesses(arguments),
    )


def begin(parts: Parts, tool: Tool, stage: int) -> Call:
    """A call of the tool, with the stages before this one done."""
    for path, content in FILES.items():
        with parts.store.write() as tx:
            write_file(tx, "demo", path, content.encode(), at=now(), settings=parts.settings)
    (call,) = parts.submit(new(tool))
    for index in range(stage):
        assert parts.run(tool, call, index)
    return call


def control(parts: Parts, call: Call, what: Control) -> None:
    """What a gateway does, and the signal as the listener's thread passes it on."""
    with parts.store.write() as tx:
        steered = control_call(tx, what, call, at=now(), cap=8)
    parts.outbox.deliver(steered.outcome)
    for one in steered.outcome.signalled:
        parts.context.steering.ask(one.claimed_by or "", one.control)


@contextmanager
def while_it_runs(tool: Tool, action: Callable[[], None]) -> Iterator[None]:
    """Do something as soon as a stage of the tool has begun, before its first checkpoint."""
    run_stage = tool.run_stage

    def interrupted(*arguments: Any) -> Any:
        action()
        return run_stage(*arguments)

    tool.run_stage = interrupted  # type: ignore[method-assign]
    try:
        yield
    finally:
        del tool.run_stage


def finish(parts: Parts, tool: Tool, call: Call) -> None:
    """Run the stages that remain, as their links say."""
    while not parts.call("c1").final:
        now_at = parts.call("c1")
        assert parts.run(tool, now_at, now_at.stage) or parts.call("c1").final


def untouched(parts: Parts) -> bool:
    return parts.files() == {path: content.encode() for path, content in FILES.items()}


@pytest.mark.parametrize(("tool", "stage"), STAGES)
def test_a_call_that_is_cancelled_during_a_stage_has_changed_nothing(parts: Parts, tool: Tool, stage: int) -> None:
    call = begin(parts, tool, stage)
    with while_it_runs(tool, lambda: control(parts, call, Control.CANCEL)):
        assert not parts.run(tool, call, stage)
    assert parts.call("c1").status is Status.CANCELLED
    assert untouched(parts)


@pytest.mark.parametrize(("tool", "stage"), STAGES)
def test_a_call_that_is_cancelled_after_a_stage_runs_none_of_those_that_remain(
    parts: Parts, tool: Tool, stage: int
) -> None:
    last = stage + 1 == len(tool.declaration.stages)
    call = begin(parts, tool, stage if last else stage + 1)
    control(parts, call, Control.CANCEL)
    assert parts.call("c1").status is Status.CANCELLED
    assert not any(parts.run(tool, call, index) for index in range(len(tool.declaration.stages)))
    assert untouched(parts)


@pytest.mark.parametrize(("tool", "stage"), STAGES)
def test_a_call_that_is_paused_during_a_stage_ends_as_if_it_had_not_been(parts: Parts, tool: Tool, stage: int) -> None:
    call = begin(parts, tool, stage)
    parts.settings.__dict__["hold_seconds"] = 0.0
    with while_it_runs(tool, lambda: control(parts, call, Control.PAUSE)):
        assert not parts.run(tool, call, stage)
    paused = parts.call("c1")
    assert (paused.status, paused.claimed_by, paused.stage) == (Status.PAUSED, None, stage)
    control(parts, call, Control.RESUME)
    finish(parts, tool, call)
    ended = parts.call("c1")
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
    assert ended.result and ended.result["text"]


@pytest.mark.parametrize(("tool", "stage"), STAGES)
def test_a_stage_that_is_delivered_twice_happens_once(parts: Parts, tool: Tool, stage: int) -> None:
    call = begin(parts, tool, stage)
    with while_it_runs(tool, lambda: _deliver_again(parts, tool, call, stage)):
        assert parts.run(tool, call, stage)
    assert not parts.run(tool, call, stage)
    finish(parts, tool, call)
    versions = [version for version, _ in parts.moves("c1")]
    assert versions == list(range(1, len(versions) + 1))
    assert [move for _, move in parts.moves("c1")].count("succeed") == 1


def _deliver_again(parts: Parts, tool: Tool, call: Call, stage: int) -> None:
    steering = parts.context.steering
    token, due = steering.token, steering.due
    with _once(tool):
        assert not parts.run(tool, call, stage)
    steering.begin(token)
    assert not due


@contextmanager
def _once(tool: Tool) -> Iterator[None]:
    interrupted = tool.__dict__.pop("run_stage")
    try:
        yield
    finally:
        tool.__dict__["run_stage"] = interrupted
