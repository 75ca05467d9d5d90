"""Runs a tool's stages in memory, as the runner does: outputs and staged files go from stage to stage as plain data."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.discovery import find_tools
from workers.run import FileEntry, Files, ImageSource, Run
from workers.tool import Tool

TOOLS = find_tools()
MAX_FILE_BYTES = 5 * 1024 * 1024


@dataclass
class Shelf:
    """An app's files."""

    files: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, self.files[path]) for path in paths if path in self.files)

    def entries(self) -> Sequence[FileEntry]:
        return [FileEntry(path, len(content), 1) for path, content in self.files.items()]


@dataclass
class Notebook:
    """What a stage reported."""

    fractions: list[float] = field(default_factory=list)
    notes: list[str | None] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def progress(self, fraction: float, note: str | None) -> None:
        self.fractions.append(fraction)
        self.notes.append(note)

    def log(self, lines: Sequence[str]) -> None:
        self.lines.extend(lines)


@dataclass
class Ran:
    """A call that succeeded: its result, what it staged, and the report of each stage."""

    result: dict[str, Any]
    staged: dict[str, bytes | None]
    reports: dict[str, Notebook]

    @property
    def text(self) -> str:
        return str(self.result["text"])


class App:
    """An app whose calls are run one after another; a call that raises changes nothing."""

    def __init__(
        self, files: dict[str, bytes | str] | None = None, app_id: str = "demo", images: ImageSource | None = None
    ) -> None:
        content = {path: text.encode() if isinstance(text, str) else text for path, text in (files or {}).items()}
        self.shelf = Shelf(content)
        self.app_id = app_id
        self.images = images

    @property
    def files(self) -> dict[str, bytes]:
        return self.shelf.files

    def run(self, name: str, /, **arguments: Any) -> Ran:
        ran = run_tool(TOOLS[name], arguments, self.shelf, self.app_id, self.images)
        self._commit(ran.staged)
        return ran

    def _commit(self, staged: dict[str, bytes | None]) -> None:
        for path, content in staged.items():
            if content is None:
                self.files.pop(path, None)
            else:
                self.files[path] = content


def run_tool(
    tool: Tool, arguments: dict[str, Any], shelf: Shelf, app_id: str = "demo", images: ImageSource | None = None
) -> Ran:
    parsed = tool.parse(arguments)
    previous: Any = None
    staged: dict[str, bytes | None] = {}
    reports: dict[str, Notebook] = {}
    for index, stage in enumerate(tool.declaration.stages):
        files, reports[stage.name] = Files(shelf, staged), Notebook()
        run = Run(app_id, files, reports[stage.name], max_file_bytes=MAX_FILE_BYTES, images=images)
        previous = json.loads(json.dumps(tool.run_stage(index, run, parsed, previous)))
        staged = files.staged
    return Ran(previous, staged, reports)
