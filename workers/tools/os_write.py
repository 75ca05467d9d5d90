"""`os-write`: creates a file or replaces it."""

from pydantic import BaseModel, Field

from workers import size
from workers.file_result import FileResult, file_result, validate_file
from workers.place import refuse_blocked, refuse_too_large
from workers.run import Run
from workers.text.lines import Text
from workers.tool import FilePath, Tool, ToolArguments


class Arguments(ToolArguments):
    """Create a file with the given content, or replace the whole file if it exists. Folders are made as needed.

    Give the complete content: nothing of a file that was there is kept. To change a few lines of an existing file use
    os-line-replace instead. The result warns of syntax errors in JSON, Python, JavaScript, TypeScript, JSX, CSS and
    HTML; the file is written all the same.
    """

    file_path: FilePath = Field(description="Path of the file, relative to the app's root, like src/App.tsx")
    content: Text = Field(description="The complete content of the file, exactly as it is to be stored")


class Plan(BaseModel):
    """What is to be written: its size in bytes, and whether a file is replaced."""

    size: int
    replaces: bool


tool = Tool(
    "os-write",
    Arguments,
    queue="files",
    summary="Create a file, or replace the whole content of one.",
    title="Write {file_path}",
    writes=["file_path"],
)


@tool.stage("analyzing", until=10)
def analyze(run: Run, args: Arguments) -> Plan:
    encoded = len(args.content.encode())
    refuse_too_large(run, args.file_path, encoded)
    replaces = run.files.read(args.file_path) is not None
    if not replaces:
        refuse_blocked(args.file_path, run.files.paths())
    return Plan(size=encoded, replaces=replaces)


@tool.stage("writing", until=80)
def write(run: Run, args: Arguments, plan: Plan) -> Plan:
    content = bytearray()
    for done, chunk in run.chunks(args.content):
        content += chunk.encode()
        run.progress(done, size.part(len(content), plan.size))
    run.files.write(args.file_path, bytes(content))
    return plan


@tool.stage("validating", until=100)
def validate(run: Run, args: Arguments, plan: Plan) -> FileResult:
    what = "Replaced" if plan.replaces else "Created"
    text = f"{what} {args.file_path} ({size.shown(plan.size)})."
    return file_result(args.file_path, text, validate_file(run, args.file_path))
