"""A program and all that it starts, as one process group, which the guard knows before the program can do anything."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

import structlog

from workers.process.guard import guard

GATE = Path(__file__).with_name("gate.py")
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
GONE_SECONDS = 5.0
LOOK_SECONDS = 0.002

logger = structlog.get_logger()


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program: little of ours, for that holds keys and passwords, and what its tool adds."""
    return {"LANG": "C.UTF-8"} | {name: os.environ[name] for name in KEPT if name in os.environ} | dict(more)


class Group:
    """A program that runs, as the leader of its group and session. Leaving the `with` kills what is left of them.

    Its output, errors included, comes from `source`; its input goes to `sink`, when it has one.
    """

    def __init__(
        self, argv: Sequence[str], *, cwd: str | os.PathLike[str] | None, env: Mapping[str, str], has_input: bool
    ) -> None:
        if not argv:
            raise ValueError("there is no program to run: argv is empty")
        gate, opener = os.pipe()
        try:
            self._process = self._spawn(gate, argv, cwd=cwd, env=env, has_input=has_input)
            self.id = self._process.pid
            self.source = cast(IO[bytes], self._process.stdout)
            self.sink = self._process.stdin
            self._open(opener)
        finally:
            os.close(gate)
            os.close(opener)

    @staticmethod
    def _spawn(
        gate: int,
        argv: Sequence[str],
        *,
        cwd: str | os.PathLike[str] | None,
        env: Mapping[str, str],
        has_input: bool,
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(GATE), str(gate), *argv],
            bufsize=0,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(gate,),
        )

    def _open(self, opener: int) -> None:
        """Let the program begin. Were this process killed before, the gate would end by itself."""
        try:
            guard().watch(self.id)
            # A gate that is gone shows in how it ended.
            with suppress(BrokenPipeError):
                os.write(opener, b"!")
        except BaseException:
            self._leave()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave()

    @property
    def has_ended(self) -> bool:
        """Whether the program itself has ended; what it started may still run."""
        return self._process.poll() is not None

    @property
    def returncode(self) -> int:
        """How the program ended: its exit code, or the signal as a negative number."""
        code = self._process.poll()
        return -signal.SIGKILL if code is None else code

    @property
    def runs(self) -> bool:
        """Whether anything of the group runs. Numbers are given out in turn, so none becomes another's between two looks."""
        ended = self.has_ended
        try:
            os.killpg(self.id, 0)
        except (ProcessLookupError, PermissionError):
            # macOS refuses to signal a group of which only ended processes are left.
            return not ended
        return not ended or not _is_dead(self.id)

    def stop(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """SIGTERM, which one that stands still takes when it goes on."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """Kill what runs of the group; afterwards nothing does."""
        until = time.monotonic() + GONE_SECONDS
        while self.runs:
            self._signal(signal.SIGKILL)
            if time.monotonic() > until:
                logger.warning("group-not-gone", group=self.id)
                break
            time.sleep(LOOK_SECONDS)
        guard().forget(self.id)

    def _leave(self) -> None:
        self.end()
        self.source.close()
        if self.sink:
            self.sink.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.id, number)


def _is_dead(group: int) -> bool:
    """Whether a group is only processes that have ended and that nobody collects, as in a container without an init."""
    if sys.platform != "linux":
        return False
    return all(state in "ZX" for state in _states(group))


def _states(group: int) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # After the name, which may contain anything: state, parent, group.
            state, _, its_group = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:3]
            if int(its_group) == group:
                found.append(state.decode())
    return found
