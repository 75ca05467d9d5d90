"""`append-line`: adds a line to a file, slowly. Its text is read in the first stage and written in the last.

So an effect that is lost, doubled or out of order shows in the file, whatever was between the two.
"""

import secrets
import time
from typing import Literal

from pydantic import BaseModel, Field

from models.errors import ProviderFailed
from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments

STEP_SECONDS = 0.002
FAILS_ONE_IN = 2


class Arguments(ToolArguments):
    """Add a line to the end of a file."""

    file_path: FilePath
    line: str = Field(max_length=200)
    seconds: float = Field(0.1, ge=0, le=60)
    manner: Literal["polite", "deaf", "asleep", "unsure"] = Field(
        "polite",
        description="polite meets checkpoints, deaf computes without any, asleep waits in one piece, unsure fails at times",
    )


class Text(BaseModel):
    before: str


tool = Tool(
    "append-line",
    Arguments,
    queue="files",
    summary="Add a line to a file.",
    title="Add a line to {file_path}",
    writes=["file_path"],
    retries=2,
)


@tool.stage("reading", until=10)
def read(run: Run, args: Arguments) -> Text:
    return Text(before=(run.files.read(args.file_path) or b"").decode())


@tool.stage("working", until=90)
def work(run: Run, args: Arguments, text: Text) -> Text:
    match args.manner:
        case "asleep":
            time.sleep(args.seconds)
        case "deaf":
            _compute(args.seconds)
        case "unsure":
            _fail_at_times()
        case _:
            _take_steps(run, args.seconds)
    return text


@tool.stage("appending", until=100)
def append(run: Run, args: Arguments, text: Text) -> Result:
    run.files.write(args.file_path, f"{text.before}{args.line}\n".encode())
    return Result(text=f"Added a line to {args.file_path}.")


def _take_steps(run: Run, seconds: float) -> None:
    """Go on from the cursor, so that a pause of any length costs no step."""
    steps = max(1, round(seconds / STEP_SECONDS))
    for step in range(int(run.cursor or 0), steps):
        time.sleep(STEP_SECONDS)
        run.cursor = step + 1
        run.progress((step + 1) / steps, f"step {step + 1} of {steps}")


def _compute(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1000))


def _fail_at_times() -> None:
    if not secrets.randbelow(FAILS_ONE_IN):
        raise ProviderFailed("it did not work this time")
