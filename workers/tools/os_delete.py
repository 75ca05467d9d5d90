"""`os-delete`: deletes a file."""

from pydantic import BaseModel, Field

from models.errors import ToolFailed
from workers import size
from workers.file_result import FileResult
from workers.place import read_file
from workers.run import Run
from workers.tool import FilePath, Tool, ToolArguments


class Arguments(ToolArguments):
    """Delete one file of the app. A folder is gone when its last file is; folders cannot be deleted as such."""

    file_path: FilePath = Field(description="Path of the file to delete, relative to the app's root, like src/old.ts")


class Plan(BaseModel):
    """The size in bytes of what is to be deleted."""

    size: int


tool = Tool(
    "os-delete",
    Arguments,
    queue="files",
    summary="Delete a file.",
    title="Delete {file_path}",
    writes=["file_path"],
)


@tool.stage("analyzing", until=10)
def analyze(run: Run, args: Arguments) -> Plan:
    return Plan(size=len(read_file(run, args.file_path)))


@tool.stage("writing", until=80)
def delete(run: Run, args: Arguments, plan: Plan) -> Plan:
    run.files.delete(args.file_path)
    run.progress(1, f"{size.shown(plan.size)} deleted")
    return plan


@tool.stage("validating", until=100)
def validate(run: Run, args: Arguments, plan: Plan) -> FileResult:
    if run.files.read(args.file_path) is not None:
        raise ToolFailed(f"{args.file_path} is still there.")
    return FileResult(text=f"Deleted {args.file_path} ({size.shown(plan.size)}).", file_path=args.file_path)
