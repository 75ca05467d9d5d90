"""`os-view`: shows a file with line numbers. It writes nothing."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from models.errors import ToolFailed
from workers import size
from workers.place import read_file
from workers.run import Run
from workers.text.excerpt import excerpt
from workers.text.lines import BYTE_ORDER_MARK, decode, how_many, is_binary, split_lines
from workers.text.ranges import Range, parse_ranges, within
from workers.tool import FilePath, Result, Tool, ToolArguments


def _readable(lines: str | None) -> str | None:
    parse_ranges(lines or "")
    return lines


class Arguments(ToolArguments):
    """Show a text file of the app with line numbers, whole or only some lines of it.

    Each line is shown as its number, ` | ` and its text; the number and the bar are not part of the file. Of a long
    file the first part is shown, with how to ask for more. Binary files are named, not shown.
    """

    file_path: FilePath = Field(description="Path of the file, relative to the app's root, like src/App.tsx")
    lines: Annotated[str | None, AfterValidator(_readable)] = Field(
        default=None,
        description="Which lines to show, from 1, both ends included: ranges and single numbers with commas, like "
        "`1-40, 80-120`; `80-` is from line 80 to the end. Without it the whole file is shown.",
    )


class Plan(BaseModel):
    """What the file is; `lines` is how many it has."""

    size: int
    binary: bool
    lines: int


class View(Result):
    """What was shown: `shown` are the (first, last) lines, out of `total_lines`."""

    file_path: str
    size: int
    binary: bool = False
    total_lines: int = 0
    shown: list[tuple[int, int]] = []


tool = Tool(
    "os-view",
    Arguments,
    queue="files",
    summary="Show a file, or some lines of it, with line numbers.",
    title="View {file_path}",
    reads=["file_path"],
)


@tool.stage("analyzing", until=30)
def analyze(run: Run, args: Arguments) -> Plan:
    content = read_file(run, args.file_path)
    binary = is_binary(content)
    return Plan(size=len(content), binary=binary, lines=0 if binary else len(_lines(args.file_path, content)))


@tool.stage("reading", until=100)
def read(run: Run, args: Arguments, plan: Plan) -> View:
    path = args.file_path
    if plan.binary:
        text = f"{path} is a binary file ({size.shown(plan.size)}), so it has no lines to show."
        return View(text=text, file_path=path, size=plan.size, binary=True)
    ranges = _ranges(args, plan)
    view = excerpt(_lines(path, read_file(run, path)), ranges)
    heading = f"{path} ({how_many(plan.lines)}, {size.shown(plan.size)})"
    return View(
        text="\n".join([heading, *view.lines]),
        file_path=path,
        size=plan.size,
        total_lines=plan.lines,
        shown=view.shown,
    )


def _ranges(args: Arguments, plan: Plan) -> list[tuple[int, int]]:
    asked = parse_ranges(args.lines or "") or [Range(1, None)]
    spans = within(asked, plan.lines)
    if not spans and plan.lines:
        raise ToolFailed(f"{args.file_path} has {how_many(plan.lines)}, so there are no lines {args.lines}.")
    return spans


def _lines(path: str, content: bytes) -> list[str]:
    return split_lines(decode(path, content).removeprefix(BYTE_ORDER_MARK))
