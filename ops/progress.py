"""Says how far a long step is: one line that is rewritten on a terminal, elsewhere a line now and then.

Standard library only.
"""

import os
import sys
from typing import TextIO

QUIET_STEPS = 10


class Progress:
    """The progress of a step of `total` parts; `total` may be an estimate."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._done = 0

    def advance(self, what: str) -> None:
        """One more part is done, or has begun: `what` names it."""
        self._done += 1
        total = max(self._total, self._done)
        if self._live:
            self.show(f"[{self._done}/{total}] {what}")
        elif self._done % QUIET_STEPS == 0:
            self._print(f"  {self._done} of {total}: {what}\n")

    def show(self, text: str) -> None:
        """A line that the next one replaces; elsewhere than on a terminal, a line of its own."""
        if not self._live:
            self._print(f"  {text}\n")
            return
        width = _width(self._stream)
        self._print(f"\r\x1b[K  {text}"[: width + 4])

    def clear(self) -> None:
        if self._live:
            self._print("\r\x1b[K")

    def _print(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 80
