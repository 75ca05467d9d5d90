"""Lines of a file as the tools count them: from 1, ended by LF or CRLF and by nothing else. Pure."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

from models.errors import ToolFailed


def well_formed(text: str) -> str:
    """The text itself. Raises ValueError for half a surrogate pair, which JSON can carry and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start + 1} is not valid Unicode") from error
    return text


Text = Annotated[str, AfterValidator(well_formed)]
BYTE_ORDER_MARK = "\ufeff"
_SNIFFED_BYTES = 8192


def is_binary(content: bytes) -> bool:
    """Whether the bytes are no text that a model could read: NUL bytes, or not UTF-8."""
    if b"\0" in content[:_SNIFFED_BYTES]:
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


def decode(path: str, content: bytes) -> str:
    """The file's text. Raises ToolFailed when it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ToolFailed(f"{path} is not UTF-8 text (byte {error.start + 1} is not), so it has no lines.") from error


def split_lines(text: str) -> list[str]:
    """The lines, each with its line end; only the last may have none. Joined they are the text again."""
    pieces = text.split("\n")
    last = pieces.pop()
    lines = [piece + "\n" for piece in pieces]
    return [*lines, last] if last else lines


def line_end(line: str) -> str:
    """How a line ends: `\\r\\n`, `\\n`, or nothing."""
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith("\n") else ""


def line_body(line: str) -> str:
    """A line without its line end."""
    return line.removesuffix(line_end(line))


def numbered(lines: Iterable[str], first: int, width: int, longest: int) -> list[str]:
    """Lines as `  12 | text`, counted from `first`; each cut after `longest` characters, saying so."""
    return [f"{number:>{width}} | {shortened(line_body(line), longest)}" for number, line in enumerate(lines, first)]


def span(first: int, last: int) -> str:
    """`line 4` or `lines 4-9`."""
    return f"line {first}" if first == last else f"lines {first}-{last}"


def how_many(count: int) -> str:
    """`1 line`, `20 lines`."""
    return "1 line" if count == 1 else f"{count} lines"


def shortened(line: str, longest: int) -> str:
    """The line, or its first characters and how many more it has."""
    if len(line) <= longest:
        return line
    return f"{line[:longest]} … ({len(line) - longest} more characters)"
