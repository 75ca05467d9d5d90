"""`wait-for-worker`: a tool of the queue `builds`, for trying what calls do that no worker takes."""

from workers.run import Run
from workers.tool import Result, Tool, ToolArguments


class Arguments(ToolArguments):
    """Nothing is to be said."""


tool = Tool("wait-for-worker", Arguments, queue="builds", summary="Wait for a worker.", title="Wait for a worker")


@tool.stage("working", until=100)
def work(run: Run, args: Arguments) -> Result:
    return Result(text="Done.")
