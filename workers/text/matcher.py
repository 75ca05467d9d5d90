"""Runs `grep.py` for one search and talks with it: never waits for ever, and leaves no process behind."""

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self, cast

from models.errors import InvalidArguments, ToolFailed

TEXT_SECONDS = 2.0
SEARCH_SECONDS = 20
PATIENCE_SECONDS = 60.0
TICK_SECONDS = 0.5
OUT_OF_MEMORY = 3
_PROGRAM = Path(__file__).with_name("grep.py")
_READ_BYTES = 64 * 1024
_LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Matches:
    """How many lines of a text match, and the numbers of the first of them."""

    count: int
    lines: Sequence[int]


class Matcher:
    """A regular expression at work in a process of its own, for as long as the `with` lasts.

    `most` line numbers are told of each text; `tick` is called twice a second while a text takes long. Entering raises
    InvalidArguments for what is no regular expression; all raise ToolFailed when it costs too much.
    """

    def __init__(self, query: str, *, is_case_sensitive: bool, most: int, tick: Callable[[], None]) -> None:
        self._query = query
        self._options = ["-" if is_case_sensitive else "i", str(most), str(TEXT_SECONDS), str(SEARCH_SECONDS)]
        self._tick = tick

    def __enter__(self) -> Self:
        # A session of its own: signals to the worker's group, like Ctrl-C at a terminal, are not for this process.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", "-W", "ignore", str(_PROGRAM), *self._options],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._submit_query()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def search(self, path: str, content: bytes) -> Matches:
        """The lines that match in a file's content, which must be UTF-8."""
        count, *lines = map(int, self._exchange(content, path).split())
        return Matches(count, lines)

    def _submit_query(self) -> None:
        answer = self._exchange(self._query.encode(), "reading it")
        if answer != "ok":
            position, _, reason = answer.partition(" ")
            raise InvalidArguments(_wrong(self._query, int(position), reason))

    def _exchange(self, content: bytes, subject: str) -> str:
        """Send a text and wait for its line, both at once, so that neither side can block the other."""
        source, sink = (cast(IO[bytes], pipe).fileno() for pipe in (self._process.stdout, self._process.stdin))
        os.set_blocking(sink, False)
        unsent = memoryview(b"%d\n" % len(content) + content)
        answer = b""
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            selector.register(sink, selectors.EVENT_WRITE)
            while not answer.endswith(b"\n"):
                ready = self._wait(selector, subject)
                if sink in ready and not (unsent := self._send(sink, unsent)):
                    selector.unregister(sink)
                if source in ready:
                    answer += self._receive(source, subject)
        return answer.decode().rstrip("\n")

    def _wait(self, selector: selectors.BaseSelector, subject: str) -> set[int]:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if ready := selector.select(TICK_SECONDS):
                return {key.fd for key, _ in ready}
            self._tick()
        raise ToolFailed(f"The search was given up: nothing came of it for {PATIENCE_SECONDS:g} s ({subject}).")

    def _send(self, sink: int, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(sink, unsent) :]
        except BrokenPipeError:
            # It has ended; what it was ended by shows where its answer is read.
            return unsent[:0]

    def _receive(self, source: int, subject: str) -> bytes:
        if received := os.read(source, _READ_BYTES):
            return received
        raise ToolFailed(_ended(self._process.wait(), subject))

    def _end(self) -> None:
        with self._process as process:
            process.kill()


def _ended(code: int, subject: str) -> str:
    if code == -signal.SIGPROF:
        return (
            f"The query takes too long: over {TEXT_SECONDS:g} s of computing for {subject}. Repeats inside repeats, like "
            "(a+)+ or (.*)*, try every way to divide a line: write the query without them."
        )
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return (
            f"The query takes too long: over {SEARCH_SECONDS} s of computing, up to {subject}. "
            "Search fewer files with include_pattern, or use a simpler query."
        )
    if code == OUT_OF_MEMORY:
        return f"The query needs too much memory ({subject}): repeat less in it, or use a simpler one."
    return f"The search stopped unexpectedly ({subject}; exit status {code})."


def _wrong(query: str, position: int, reason: str) -> str:
    where = f", at character {position + 1}" if position >= 0 else ""
    plain = re.sub(r"([\\.^$*+?{}\[\]()|])", r"\\\1", query)
    remedy = f" To find exactly these characters, use `{plain}`." if len(plain) <= _LONGEST_SHOWN else ""
    return f"query: this is not a regular expression: {reason}{where}.{remedy}"
