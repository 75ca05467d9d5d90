"""A tool for a real worker in tests, whose second stage takes as long, and is as deaf, as its arguments say."""

import time
from typing import Literal

from pydantic import BaseModel

from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments


class Arguments(ToolArguments):
    """`polite` meets checkpoints, `deaf` computes without any, `asleep` waits in one long call, `stuck` notices nothing."""

    file_path: FilePath = "slow.txt"
    manner: Literal["polite", "deaf", "asleep", "stuck"] = "polite"
    seconds: float = 60


class Begun(BaseModel):
    at: float


tool = Tool(
    "slow",
    Arguments,
    queue="files",
    summary="Take a while.",
    title="Take a while over {file_path}",
    writes=["file_path"],
)


@tool.stage("beginning", until=10)
def begin(run: Run, args: Arguments) -> Begun:
    return Begun(at=time.time())


@tool.stage("working", until=90, seconds=120)
def work(run: Run, args: Arguments) -> Begun:
    until = time.monotonic() + args.seconds
    done = int(run.cursor or 0)
    run.log(f"from {done}")
    while time.monotonic() < until:
        if args.manner == "polite":
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


def _be_stuck(seconds: float) -> None:
    """Throw away whatever is thrown in."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            time.sleep(seconds)
        except BaseException:
            continue
