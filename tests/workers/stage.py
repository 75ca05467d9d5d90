"""A stage that runs programs for real, with a person's wishes said by the test."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from tests.wait import wait_until
from tests.workers.bench import Shelf
from workers.halt import Cancelled, Halt
from workers.run import Files, Finished, Run
from workers.steering import CANCEL, PAUSE, Steering

COUNT = "n=0; while :; do n=$((n+1)); echo $n > count; sleep 0.01; done"
DEAF = "trap '' TERM HUP INT; "
GRACE_SECONDS = 0.3


class Wishes:
    """What the test wants of the stage. A pause lasts until something else is wanted."""

    cursor: Any = None

    def __init__(self) -> None:
        self.steering = Steering()
        self.steering.begin("t")
        self.paused = threading.Event()
        self.halt: type[Halt] = Cancelled

    @property
    def due(self) -> bool:
        return self.steering.due

    def ask(self, wanted: str) -> None:
        assert self.steering.ask("t", wanted)

    def meet(self) -> None:
        if self.steering.wanted == PAUSE:
            self.paused.set()
            self.steering.wait(30)
            self.paused.clear()
        if self.steering.wanted == CANCEL:
            raise self.halt

    def waking(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        return self.steering.waking(wake)


class Notes:
    """Keeps every batch of lines that was shown."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    @property
    def lines(self) -> list[str]:
        return [line for batch in self.batches for line in batch]

    def progress(self, fraction: float, note: str | None) -> None: ...

    def log(self, lines: Sequence[str]) -> None:
        self.batches.append(list(lines))


class Stage:
    """A stage that runs programs, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = Notes()
        self.wishes = Wishes()
        self.run = Run(
            "demo", Files(Shelf({})), self.notes, max_file_bytes=1, steer=self.wishes, grace_seconds=GRACE_SECONDS
        )

    def sh(self, script: str, **options: Any) -> Finished:
        return self.run.process(["sh", "-c", script], cwd=self.folder, **options)

    def python(self, script: str, **options: Any) -> Finished:
        return self.run.process([sys.executable, "-I", "-S", "-c", script], cwd=self.folder, **options)

    def count(self, name: str = "count") -> int:
        path = self.folder / name
        return int(path.read_text() or 0) if path.exists() else 0

    @contextmanager
    def running(self, script: str, **options: Any) -> Iterator["Outcome"]:
        """The script, run in a thread that stands for the stage's; it has begun when this begins."""
        outcome = Outcome()

        def work() -> None:
            try:
                outcome.finished = self.sh("echo $$ > leader; " + script, **options)
            except BaseException as error:
                outcome.error = error
            outcome.groups_at_end = living(outcome.group)

        thread = threading.Thread(target=work)
        thread.start()
        outcome.group = wait_until(lambda: self.count("leader"), "the program to begin")
        try:
            yield outcome
        finally:
            if thread.is_alive() and self.wishes.steering.wanted != CANCEL:
                self.wishes.ask(CANCEL)
            thread.join(30)
            assert not thread.is_alive()


class Outcome:
    finished: Finished | None = None
    error: BaseException | None = None
    groups_at_end: list[str] | None = None
    group = 0

    def wait(self) -> None:
        wait_until(lambda: self.groups_at_end is not None, "the program to end")


def states(group: int) -> list[str]:
    """The states of a group's processes, as `ps` shows them."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [state for number, state in rows if int(number) == group]


def living(group: int) -> list[str]:
    return [state for state in states(group) if not state.startswith("Z")]
