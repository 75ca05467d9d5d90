"""Matching lines as a model reads them: grouped by file, with the lines around them, and no more than it can use. Pure.

`12: text` is a line that matches, `11- text` one beside it; `--` stands between lines that do not follow one another.
"""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from workers.text.lines import line_body, shortened
from workers.text.ranges import Range, within

MOST_LINES = 200
MOST_LINES_OF_A_FILE = 20
MOST_CHARACTERS = 64 * 1024
_CONTEXT_LINES = 2
_LONGEST_LINE = 300
_NAMED_FILES = 20


class FileMatches(BaseModel):
    """A file with matches: how many of its lines match, and the numbers of those that are shown."""

    file_path: str
    matches: int
    lines: list[int]


class Found(BaseModel):
    """What a search has found so far, in how many text files, besides binary ones that it left out.

    `files` are those that are shown, `others` the first of those that are not.
    """

    searched: int = 0
    binary: int = 0
    matches: int = 0
    matching_files: int = 0
    files: list[FileMatches] = []
    others: list[FileMatches] = []
    text: str = ""

    def add(self, path: str, count: int, numbers: Sequence[int], lines: Sequence[str]) -> None:
        """Take in a file that matches, and show it if there is room. `lines` are all its lines."""
        self.matches += count
        self.matching_files += 1
        shown = list(numbers[: MOST_LINES - sum(len(file.lines) for file in self.files)])
        block = "\n".join([_heading(path, count, len(shown)), *_block(shown, lines)])
        if shown and not self.others and len(self.text) + len(block) <= MOST_CHARACTERS:
            self.text += f"\n\n{block}"
            self.files.append(FileMatches(file_path=path, matches=count, lines=shown))
        elif len(self.others) < _NAMED_FILES:
            self.others.append(FileMatches(file_path=path, matches=count, lines=[]))

    def rest(self) -> str:
        """Says how much is not shown, and where it is; empty when all is shown."""
        more = self.matches - sum(len(file.lines) for file in self.files)
        if not more:
            return ""
        named = [f"{file.file_path} ({file.matches})" for file in self.others]
        unnamed = self.matching_files - len(self.files) - len(self.others)
        also = f", also in {', '.join(named)}" if named else ""
        return (
            f"\n\nStopped at the limit of one answer: {more} more matching lines are not shown{also}"
            f"{f' and {unnamed} more files' if unnamed else ''}. Narrow the query or include_pattern to see them."
        )


def _heading(path: str, count: int, shown: int) -> str:
    return f"{path} ({matches(count)}{f', the first {shown} shown' if shown < count else ''})"


def matches(count: int) -> str:
    """`1 match`, `12 matches`."""
    return "1 match" if count == 1 else f"{count} matches"


def _block(numbers: Sequence[int], lines: Sequence[str]) -> Iterator[str]:
    around = [Range(max(1, number - _CONTEXT_LINES), number + _CONTEXT_LINES) for number in numbers]
    matching = set(numbers)
    for index, (first, last) in enumerate(within(around, len(lines))):
        if index:
            yield "--"
        for number in range(first, last + 1):
            sign = ":" if number in matching else "-"
            yield f"{number}{sign} {shortened(line_body(lines[number - 1]), _LONGEST_LINE)}"
