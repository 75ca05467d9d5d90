"""What the file tools give back, and the validating that they share."""

from workers.run import Run
from workers.syntax.check import find_faults
from workers.syntax.fault import Fault, told
from workers.tool import Result


class FileResult(Result):
    """The file that a call changed. `warnings` are syntax errors in it; the call succeeded all the same."""

    file_path: str
    warnings: list[Fault] = []


def validate_file(run: Run, path: str) -> list[Fault]:
    """The syntax errors of the file as this call has staged it."""
    return find_faults(path, run.files.read(path) or b"")


def file_result(path: str, text: str, warnings: list[Fault]) -> FileResult:
    """A result whose text tells of the warnings too."""
    return FileResult(text=text + told(path, warnings), file_path=path, warnings=warnings)
