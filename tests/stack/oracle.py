"""What running calls one by one, in the order submitted, gives: the tools themselves on a dictionary of files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.errors import ToolreelError
from models.path import folders
from workers.discovery import find_tools
from workers.run import FileEntry, Files, Run

TOOLS = find_tools()


@dataclass
class Tree:
    """An app's files in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, self.files[path]) for path in paths if path in self.files)

    def entries(self) -> Sequence[FileEntry]:
        return [FileEntry(path, len(content), 1) for path, content in sorted(self.files.items())]

    def run(self, name: str, arguments: dict[str, Any]) -> tuple[str, str | None]:
        """Run one call; gives its final status and the slug of its error."""
        tool, staged, previous = TOOLS[name], Files(self), None
        run = Run("oracle", staged, Silent(), max_file_bytes=5_000_000)
        try:
            for index in range(len(tool.declaration.stages)):
                previous = tool.run_stage(index, run, tool.parse(arguments), previous)
        except ToolreelError as error:
            return "failed", error.slug
        return self._commit(staged.staged)

    def _commit(self, staged: Mapping[str, bytes | None]) -> tuple[str, str | None]:
        after = {path: content for path, content in {**self.files, **staged}.items() if content is not None}
        if any(folder in after for path in after for folder in folders(path)):
            return "failed", "conflict"
        self.files = after
        return "succeeded", None


class Silent:
    """A report that goes nowhere."""

    def progress(self, fraction: float, note: str | None) -> None:
        return

    def log(self, lines: Sequence[str]) -> None:
        return
