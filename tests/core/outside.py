"""Tools for a real worker in tests, whose one stage is a shell script, run in a folder of the test's choice."""

from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments


class Arguments(ToolArguments):
    """Run a script."""

    script: str
    folder: str
    file_path: FilePath = "outside.txt"


def _tool(name: str, seconds: float | None) -> Tool:
    tool = Tool(
        name,
        Arguments,
        queue="files",
        summary="Run a script.",
        title="Run a script",
        writes=["file_path"],
        pausable="step",
    )
    tool.stage("running", until=100, seconds=seconds)(_run)
    return tool


def _run(run: Run, args: Arguments) -> Result:
    finished = run.process(["sh", "-c", args.script], cwd=args.folder)
    run.files.write(args.file_path, finished.tail.encode())
    return Result(text=finished.tail)


patient = _tool("outside", None)
hasty = _tool("outside-hasty", 1)
