"""A worker process's guard: a small process beside it that kills the groups of its programs when it is gone."""

import atexit
import os
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

WATCHMAN = Path(__file__).with_name("watchman.py")


def guard() -> "Guard":
    """This process's guard."""
    return _guard(os.getpid())


@cache
def _guard(_pid: int) -> "Guard":
    return Guard()


class Guard:
    """Tells the watchman, which runs from the first group on, what to kill when this process is gone."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._lock = threading.Lock()
        self._watchman: subprocess.Popen[bytes] | None = None
        os.register_at_fork(after_in_child=self._let_go)
        atexit.register(self.close)

    @property
    def pid(self) -> int | None:
        """The watchman's process id."""
        return self._watchman.pid if self._watchman else None

    @property
    def groups(self) -> frozenset[int]:
        return frozenset(self._groups)

    def watch(self, group: int) -> None:
        """From here on the group dies with this process. Raises OSError when there can be no guard."""
        with self._lock:
            self._groups.add(group)
            if not self._say(b"+%d\n" % group):
                self._start()

    def forget(self, group: int) -> None:
        """The group is gone, and its number may become another's."""
        with self._lock:
            self._groups.discard(group)
            self._say(b"-%d\n" % group)

    def close(self) -> None:
        """Let the watchman do its work and end."""
        if self._watchman and self._watchman.stdin:
            self._watchman.stdin.close()
            self._watchman.wait()
            self._watchman = None

    def _say(self, word: bytes) -> bool:
        """False when nobody hears it."""
        if self._watchman is None or self._watchman.stdin is None:
            return False
        try:
            self._watchman.stdin.write(word)
        except BrokenPipeError:
            return False
        return True

    def _start(self) -> None:
        self.close()
        self._watchman = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(WATCHMAN)],
            bufsize=0,
            cwd="/",
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for group in self._groups:
            self._say(b"+%d\n" % group)

    def _let_go(self) -> None:
        """In a fork of this process: it must not hold the pipe open, and the watchman is not its child."""
        self._lock = threading.Lock()
        self._groups.clear()
        if self._watchman and self._watchman.stdin:
            self._watchman.stdin.close()
            # Or Python would warn of a child that still runs.
            self._watchman.returncode = 0
        self._watchman = None
