"""`turn-over`: works in small pieces with a checkpoint after each, until it is told to end; and measures its checkpoints."""

import time
from typing import Literal

from pydantic import BaseModel, Field

from workers.run import Run
from workers.tool import Result, Tool, ToolArguments

PIECE_SECONDS = 0.001
ROUNDS = 3
CHECKPOINTS = 20_000


class Arguments(ToolArguments):
    """Work for a while in pieces of a millisecond."""

    seconds: float = Field(gt=0, le=600)
    manner: Literal["waiting", "computing"] = "waiting"


class Cost(BaseModel):
    """What a checkpoint that finds nothing costs, loop included: the least of some rounds."""

    checkpoint_ns: float


class Worked(Result):
    checkpoint_ns: float


tool = Tool("turn-over", Arguments, queue="files", summary="Work in pieces.", title="Work in pieces")


@tool.stage("measuring", until=10)
def measure(run: Run, args: Arguments) -> Cost:
    return Cost(checkpoint_ns=min(_checkpoint_ns(run) for _ in range(ROUNDS)))


@tool.stage("working", until=100)
def work(run: Run, args: Arguments, cost: Cost) -> Worked:
    until = time.monotonic() + args.seconds
    run.progress(0, "begun")
    while time.monotonic() < until:
        _piece(args.manner)
        run.checkpoint()
    return Worked(text="Done.", checkpoint_ns=cost.checkpoint_ns)


def _checkpoint_ns(run: Run) -> float:
    begun = time.perf_counter_ns()
    for _ in range(CHECKPOINTS):
        run.checkpoint()
    return (time.perf_counter_ns() - begun) / CHECKPOINTS


def _piece(manner: str) -> None:
    if manner == "waiting":
        time.sleep(PIECE_SECONDS)
        return
    until = time.monotonic() + PIECE_SECONDS
    while time.monotonic() < until:
        sum(range(100))
