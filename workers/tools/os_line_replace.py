"""`os-line-replace`: replaces named lines of a file, if they are what the model takes them to be."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from workers.file_result import FileResult, file_result, validate_file
from workers.place import read_file, refuse_too_large
from workers.run import Run
from workers.text.edit import Edit, apply
from workers.text.lines import Text, decode, how_many, span, split_lines
from workers.tool import FilePath, Tool, ToolArguments


class Arguments(ToolArguments):
    """Replace lines of an existing text file. Prefer this to os-write when only a part of a file changes.

    Lines count from 1, as os-view numbers them, and both ends are included. `search` must be the whole text of these
    lines, indentation included; otherwise nothing is changed and the error shows what stands there and where the text
    was found instead. In a long search, a line of its own with just `...` stands for any number of lines. After a
    successful call the lines below have moved: use new numbers, or view the file again.
    """

    file_path: FilePath = Field(description="Path of the file, relative to the app's root, like src/App.tsx")
    search: Text = Field(
        description="What stands now at the lines to replace, exactly, without line numbers and without a newline at "
        "the end. A line `...` stands for any run of lines. Empty for one empty line."
    )
    first_replaced_line: int = Field(ge=1, description="Number of the first line to replace, from 1")
    last_replaced_line: int = Field(ge=1, description="Number of the last line to replace; this line is replaced too")
    replace: Text = Field(
        description="What is to stand there instead: any number of lines, without a newline at the end (one more "
        "newline is one more empty line). The empty string deletes the lines; to leave one empty line, "
        "name a line beside it too."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_replaced_line < self.first_replaced_line:
            raise ValueError("last_replaced_line must not be before first_replaced_line")
        return self


class Plan(BaseModel):
    """How many lines the file has before and after."""

    before: int
    after: int


tool = Tool(
    "os-line-replace",
    Arguments,
    queue="files",
    summary="Replace some lines of a file, named by their numbers and their text.",
    title="Edit {file_path}",
    writes=["file_path"],
)


@tool.stage("analyzing", until=10)
def analyze(run: Run, args: Arguments) -> Plan:
    before = decode(args.file_path, read_file(run, args.file_path))
    after = _edited(args, before)
    refuse_too_large(run, args.file_path, len(after.encode()))
    return Plan(before=len(split_lines(before)), after=len(split_lines(after)))


@tool.stage("writing", until=80)
def write(run: Run, args: Arguments, plan: Plan) -> Plan:
    after = _edited(args, decode(args.file_path, read_file(run, args.file_path)))
    run.files.write(args.file_path, after.encode())
    run.progress(1, f"{span(args.first_replaced_line, args.last_replaced_line)} replaced")
    return plan


@tool.stage("validating", until=100)
def validate(run: Run, args: Arguments, plan: Plan) -> FileResult:
    return file_result(args.file_path, _told(args, plan), validate_file(run, args.file_path))


def _edited(args: Arguments, text: str) -> str:
    edit = Edit(args.search, args.first_replaced_line, args.last_replaced_line, args.replace)
    return apply(args.file_path, text, edit)


def _told(args: Arguments, plan: Plan) -> str:
    first, last = args.first_replaced_line, args.last_replaced_line
    put = last - first + 1 + plan.after - plan.before
    now = f"Replaced {span(first, last)} of {args.file_path}; the new text is {span(first, first + put - 1)}"
    gone = f"Deleted {span(first, last)} of {args.file_path}"
    return f"{now if put else gone}. The file has {how_many(plan.after)} now."
