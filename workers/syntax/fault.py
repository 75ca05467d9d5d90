"""A syntax error as it is told to a model."""

from collections.abc import Sequence

from pydantic import BaseModel

MOST_FAULTS = 5


class Fault(BaseModel):
    """What is wrong and where; line and column count from 1, the column in characters."""

    line: int
    column: int
    message: str


def fault_at(text: str, offset: int, message: str) -> Fault:
    """A fault at an offset in the text, counted in characters."""
    return Fault(line=text.count("\n", 0, offset) + 1, column=offset - text.rfind("\n", 0, offset), message=message)


def told(path: str, faults: Sequence[Fault]) -> str:
    """The faults as lines for a model; empty when there are none."""
    if not faults:
        return ""
    places = "\n".join(f"- line {fault.line}, column {fault.column}: {fault.message}" for fault in faults)
    return f"\nWarning: {path} has syntax errors (it was saved all the same):\n{places}"
