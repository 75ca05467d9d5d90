"""`report-all`: reports its progress as fast as it can, and says what that took."""

import time

from pydantic import Field

from workers.run import Run
from workers.tool import Result, Tool, ToolArguments

WARM_UP = 100


class Arguments(ToolArguments):
    """Report progress so many times."""

    count: int = Field(gt=0, le=1_000_000)


class Took(Result):
    """Seconds of the clock, and of the process' CPU."""

    seconds: float
    cpu_seconds: float


tool = Tool("report-all", Arguments, queue="files", summary="Report much.", title="Report much")


@tool.stage("warming", until=1)
def warm(run: Run, args: Arguments) -> None:
    _report(run, WARM_UP)


@tool.stage("reporting", until=100)
def report(run: Run, args: Arguments) -> Took:
    begun, spent = time.perf_counter(), time.process_time()
    _report(run, args.count)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - spent
    return Took(text="Done.", seconds=seconds, cpu_seconds=cpu_seconds)


def _report(run: Run, count: int) -> None:
    for number in range(1, count + 1):
        run.progress(number / count, "on its way")
