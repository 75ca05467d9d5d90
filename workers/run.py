"""What a stage may do while it runs: read and stage files, report progress, write log lines. No Celery, no Redis, no SQL."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

SLEEP_SECONDS = 0.02
CHUNK_CHARACTERS = 64 * 1024
GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class FileEntry:
    """A file of the app: its path, its size in bytes and its version (1, 2, …)."""

    path: str
    size: int
    version: int


@dataclass(frozen=True)
class Finished:
    """A program that has ended: its exit code (negative: the signal that ended it) and the last lines of its output."""

    returncode: int
    tail: str


class Committed(Protocol):
    """The app's files as earlier calls left them."""

    def read(self, path: str) -> bytes | None: ...

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]: ...

    def entries(self) -> Sequence[FileEntry]: ...


class Steer(Protocol):
    """What a person wants of this stage: `due` says that there is something to obey, `meet` obeys it."""

    cursor: Any

    @property
    def due(self) -> bool: ...

    def meet(self) -> None: ...

    def waking(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """While this lasts, `wake` is called, in another thread, when there is something to obey."""
        ...


class Report(Protocol):
    """Where a stage's progress and its log lines go."""

    def progress(self, fraction: float, note: str | None) -> None: ...

    def log(self, lines: Sequence[str]) -> None: ...


class ImageSource(Protocol):
    """What makes pictures out of words: `model` is its name."""

    model: str

    def paint(self, prompt: str, report: Callable[[float, str], None]) -> bytes:
        """A PNG. `report` is called with the part that is done (0-1) and a note, twice a second at least."""
        ...


class Files:
    """The app's files as this call sees them: the committed ones, and over them what it has staged itself.

    Nothing staged is visible to others before the call has succeeded.
    """

    def __init__(self, committed: Committed, staged: dict[str, bytes | None] | None = None) -> None:
        self._committed = committed
        self.staged: dict[str, bytes | None] = dict(staged or {})

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None when there is no such file."""
        return self.staged[path] if path in self.staged else self._committed.read(path)

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Files with their bytes, in the order of the paths; those that are not there are left out.

        Much cheaper than reading one by one, and only a few MB of them are held at once.
        """
        committed = self._committed.read_many([path for path in paths if path not in self.staged])
        upcoming = next(committed, None)
        for path in paths:
            if upcoming and upcoming[0] == path:
                yield upcoming
                upcoming = next(committed, None)
            elif (content := self.staged.get(path)) is not None:
                yield path, content

    def paths(self) -> list[str]:
        """The paths of all the app's files, sorted."""
        there = {entry.path for entry in self._committed.entries()}
        there |= {path for path, content in self.staged.items() if content is not None}
        there -= {path for path, content in self.staged.items() if content is None}
        return sorted(there)

    def write(self, path: str, content: bytes) -> None:
        """Stage a file; it takes effect, once, when the call succeeds."""
        self.staged[path] = content

    def delete(self, path: str) -> None:
        """Stage a deletion."""
        self.staged[path] = None


class Unsteered:
    """Nothing is ever wanted."""

    due = False
    cursor: Any = None

    def meet(self) -> None: ...

    def waking(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()


class Run:
    """One run of one stage, as its tool sees it. `max_file_bytes` is the largest file an app may hold.

    Reporting progress, taking the next chunk, sleeping and waiting for a process are checkpoints: there a pause takes hold,
    and a cancel ends the stage by raising a `Halt`, which is no `Exception`. A stage that does none of these for longer
    than a moment calls `checkpoint()` now and then. `images` is there when the settings name an image API.
    """

    def __init__(
        self,
        app_id: str,
        files: Files,
        report: Report,
        *,
        max_file_bytes: int,
        images: ImageSource | None = None,
        steer: Steer | None = None,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self.app_id = app_id
        self.files = files
        self.max_file_bytes = max_file_bytes
        self.images = images
        self._report = report
        self._steer = steer or Unsteered()
        self._grace_seconds = grace_seconds

    def checkpoint(self) -> None:
        """Obey what a person wants of this call. Costs a tenth of a microsecond when there is nothing."""
        if self._steer.due:
            self._steer.meet()

    @property
    def cursor(self) -> Any:
        """Where an earlier run of this stage had come to, as it had set this; None at the first. JSON, small.

        It is kept when a paused call gives its slot back and when a worker shuts down; nothing staged in the stage is.
        """
        return self._steer.cursor

    @cursor.setter
    def cursor(self, place: Any) -> None:
        self._steer.cursor = place

    def sleep(self, seconds: float) -> None:
        """Wait, with checkpoints."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.checkpoint()
            time.sleep(min(left, SLEEP_SECONDS))
        self.checkpoint()

    def progress(self, fraction: float, note: str | None = None) -> None:
        """Say how much of this stage is done (0-1), with a short note; shown at most 60 times a second, newest wins."""
        self._report.progress(min(max(fraction, 0.0), 1.0), note)
        self.checkpoint()

    def log(self, *lines: str) -> None:
        """Show lines of output under the call."""
        self._report.log(lines)

    def process(
        self,
        argv: Sequence[str],
        *,
        input: bytes | None = None,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        seconds: float | None = None,
        on_line: Callable[[str], None] | None = None,
        check: bool = True,
    ) -> Finished:
        """Run a program and wait for it, with checkpoints; its output is shown as log lines, errors among it.

        It stands still while the call is paused, and all that it started ends with it, and with this stage. When the
        call is parked it is killed and the stage starts over: a tool with long ones is `pausable="step"`. It sees PATH,
        HOME, LANG and TMPDIR of ours, and `env`. `on_line` hears each line at once, also those that end with a lone CR.

        Raises ProcessFailed when it does not end with 0, unless `check` is off; TimedOut when it takes longer than
        `seconds`, paused time left out; OSError when there is no folder `cwd`.
        """
        # Imported where it is needed: most tools run no program.
        from workers.process.execution import Program, execute, failure

        program = Program(argv, input=input, cwd=cwd, env=env or {}, seconds=seconds)
        finished = execute(
            program, steer=self._steer, report=self._report, grace_seconds=self._grace_seconds, on_line=on_line
        )
        if check and finished.returncode:
            raise failure(program, finished)
        return finished

    def chunks(self, text: str, size: int = CHUNK_CHARACTERS) -> Iterator[tuple[float, str]]:
        """The text in pieces, each with the fraction (0-1] of it that is done after the piece. Empty text: no piece."""
        for start in range(0, len(text), size):
            self.checkpoint()
            yield min(start + size, len(text)) / len(text), text[start : start + size]
