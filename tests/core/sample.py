"""A tool as an author writes one, which a real worker finds through TOOLREEL_TOOLS."""

from pydantic import BaseModel

from models.errors import ToolFailed
from workers.run import Run
from workers.tool import FilePath, Result, Tool, ToolArguments


class Arguments(ToolArguments):
    file_path: FilePath
    words: list[str]


class Counted(BaseModel):
    number: int


tool = Tool("note", Arguments, queue="files", summary="Note words.", title="Note {file_path}", writes=["file_path"])


@tool.stage("counting", until=10)
def count(run: Run, args: Arguments) -> Counted:
    return Counted(number=len(args.words))


@tool.stage("writing", until=80)
def write(run: Run, args: Arguments, counted: Counted) -> Counted:
    for done, word in enumerate(args.words, start=1):
        run.progress(done / counted.number, note=word)
    run.log("written")
    before = run.files.read(args.file_path) or b""
    run.files.write(args.file_path, before + " ".join(args.words).encode())
    return counted


@tool.stage("checking", until=100)
def check(run: Run, args: Arguments, counted: Counted) -> Result:
    if "wrong" in args.words:
        raise ToolFailed("a word is wrong")
    return Result(text=f"{counted.number} words")
