"""A tool for a real worker in tests, whose second stage takes as long, and is as deaf, as its arguments say."""

import time
from typing import Literal

from pydantic import BaseModel

from models.errors import ToolFailed
from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments


class Arguments(ToolArguments):
    """`polite` meets checkpoints, `deaf` computes without any, `asleep` waits in one long call, `stuck` notices nothing.

    `shaky` fails in passing, `failures` times.
    """

    file_path: FilePath = "slow.txt"
    manner: Literal["polite", "deaf", "asleep", "stuck", "shaky"] = "polite"
    seconds: float = 60
    failures: int = 0


class Shaky(ToolFailed):
    """Raised when it is to be tried again."""

    retryable = True


class Begun(BaseModel):
    at: float


tool = Tool(
    "slow",
    Arguments,
    queue="files",
    summary="Take a while.",
    title="Take a while over {file_path}",
    writes=["file_path"],
    retries=2,
)


@tool.stage("beginning", until=10)
def begin(run: Run, args: Arguments) -> Begun:
    return Begun(at=time.time())


@tool.stage("working", until=90, seconds=4)
def work(run: Run, args: Arguments) -> Begun:
    until = time.monotonic() + args.seconds
    done = int(run.cursor or 0)
    run.log(f"from {done}")
    if args.manner == "shaky":
        _fail_in_passing(args)
    while time.monotonic() < until:
        if args.manner in ("polite", "shaky"):
            done += 1
            run.cursor = done
            run.progress(min(done / 1000, 1), f"{done}")
            time.sleep(0.002)
        elif args.manner == "asleep":
            time.sleep(args.seconds)
        elif args.manner == "stuck":
            _be_stuck(args.seconds)
    return Begun(at=time.time())


@tool.stage("ending", until=100)
def end(run: Run, args: Arguments) -> Result:
    run.files.write(args.file_path, b"done")
    return Result(text="done")


def _fail_in_passing(args: Arguments) -> None:
    """The counter is in this process, which outlives the attempts."""
    tries[args.file_path] = tries.get(args.file_path, 0) + 1
    if tries[args.file_path] <= args.failures:
        raise Shaky("not this time")


tries: dict[str, int] = {}


def _be_stuck(seconds: float) -> None:
    """Throw away whatever is thrown in."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            time.sleep(seconds)
        except BaseException:
            continue
