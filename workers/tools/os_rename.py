"""`os-rename`: gives a file another path."""

from pydantic import BaseModel, Field

from models.errors import Conflict
from workers import size
from workers.file_result import FileResult, file_result, validate_file
from workers.place import read_file, refuse_blocked
from workers.run import Run
from workers.tool import FilePath, Tool, ToolArguments


class Arguments(ToolArguments):
    """Rename or move one file, keeping its content. Folders of the new path are made as needed.

    Fails when the original does not exist or when there is a file at the new path already. References to the file,
    such as imports, are not changed. Folders cannot be renamed as such: rename their files one by one.
    """

    original_file_path: FilePath = Field(description="Path that the file has now, relative to the app's root")
    new_file_path: FilePath = Field(description="Path that the file is to have; no file may be there yet")


class Plan(BaseModel):
    """The size in bytes of what is moved."""

    size: int


tool = Tool(
    "os-rename",
    Arguments,
    queue="files",
    summary="Rename or move a file.",
    title="Rename {original_file_path} to {new_file_path}",
    writes=["original_file_path", "new_file_path"],
)


@tool.stage("analyzing", until=10)
def analyze(run: Run, args: Arguments) -> Plan:
    content = read_file(run, args.original_file_path)
    _refuse_target(run, args.original_file_path, args.new_file_path)
    return Plan(size=len(content))


@tool.stage("writing", until=80)
def move(run: Run, args: Arguments, plan: Plan) -> Plan:
    content = read_file(run, args.original_file_path)
    run.files.delete(args.original_file_path)
    run.files.write(args.new_file_path, content)
    run.progress(1, f"{size.shown(plan.size)} moved")
    return plan


@tool.stage("validating", until=100)
def validate(run: Run, args: Arguments, plan: Plan) -> FileResult:
    text = f"Renamed {args.original_file_path} to {args.new_file_path} ({size.shown(plan.size)})."
    return file_result(args.new_file_path, text, validate_file(run, args.new_file_path))


def _refuse_target(run: Run, original: str, new: str) -> None:
    if original == new:
        raise Conflict(f"{original} has this path already; name another new_file_path.")
    others = [path for path in run.files.paths() if path != original]
    if new in others:
        raise Conflict(f"There is a file {new} already; delete it first or name another new_file_path.")
    refuse_blocked(new, others)
