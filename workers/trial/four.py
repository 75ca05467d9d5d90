"""`four-stages`: four stages that each report five steps and do nothing else, so that only the way of a call is measured."""

from workers.run import Run
from workers.tool import Result, Tool, ToolArguments

REPORTS = 5


class Arguments(ToolArguments):
    """Nothing is to be said."""


tool = Tool("four-stages", Arguments, queue="files", summary="Report steps.", title="Report steps")


def report(run: Run, args: Arguments) -> None:
    for number in range(1, REPORTS + 1):
        run.progress(number / REPORTS, f"step {number} of {REPORTS}")


for name, until in (("one", 25), ("two", 50), ("three", 75)):
    tool.stage(name, until=until)(report)


@tool.stage("four", until=100)
def end(run: Run, args: Arguments) -> Result:
    report(run, args)
    return Result(text="Done.")
