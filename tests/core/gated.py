"""A tool for a real worker in tests, whose first stage goes on when a file is there."""

from pathlib import Path

from pydantic import BaseModel

from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments


class Arguments(ToolArguments):
    """Wait for a file of the test's."""

    gate: str
    file_path: FilePath = "gated.txt"


class Passed(BaseModel):
    gate: str


tool = Tool(
    "gated",
    Arguments,
    queue="files",
    summary="Wait at a gate.",
    title="Wait at a gate",
    writes=["file_path"],
    retries=0,
)


@tool.stage("waiting", until=50)
def wait(run: Run, args: Arguments) -> Passed:
    while not Path(args.gate).exists():
        run.sleep(0.01)
    return Passed(gate=args.gate)


@tool.stage("writing", until=100)
def write(run: Run, args: Arguments, passed: Passed) -> Result:
    run.files.write(args.file_path, b"passed")
    return Result(text="passed")
