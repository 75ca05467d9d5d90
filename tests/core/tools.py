"""Tools for tests: one that does what its arguments say, and one whose stages a test writes itself."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from models.submit import NewCall
from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments

Stage = Callable[[Run], Any]


class Nothing(ToolArguments):
    file_path: FilePath = "a"


class Output(BaseModel):
    value: Any = None


def tool_of(*stages: Stage, name: str = "probe") -> Tool:
    """A tool that writes `file_path` and has these stages, called `one`, `two`, …; the last gives the result."""
    tool = Tool(name, Nothing, queue="files", summary="For tests.", title="Probe {file_path}", writes=["file_path"])
    for index, function in enumerate(stages):
        last = index == len(stages) - 1
        tool.stage(NAMES[index], until=100 if last else 20 * (index + 1))(_stage(function, last=last))
    return tool


def new(tool: Tool, id: str = "c1", **arguments: Any) -> NewCall:
    """A call of a tool, as the gateway accepts it."""
    declared = tool.declaration
    return NewCall(
        id=id,
        name=tool.name,
        arguments=arguments,
        fingerprint=f"{tool.name} {arguments}",
        title=declared.title_of(arguments),
        stages=tuple(stage.model_dump() for stage in declared.stages),
        queue=declared.queue,
        pausable=declared.pausable,
        accesses=declared.accesses({"file_path": "a"} | arguments),
    )


NAMES: Sequence[str] = ("one", "two", "three", "four")


def _stage(function: Stage, *, last: bool) -> Callable[[Run, Nothing], BaseModel]:
    def run(run: Run, args: Nothing) -> BaseModel:
        value = function(run)
        if last:
            return value if isinstance(value, Result) else Result(text="done")
        return Output(value=value)

    return run
