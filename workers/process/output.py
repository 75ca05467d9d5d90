"""A program's output on its way to the viewers: in batches, up to a limit, and the last lines kept for its tool."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from workers.process.lines import Line, Lines

BATCH_LINES = 100
BATCH_SECONDS = 0.05
MOST_LINES = 2000
MOST_CHARACTERS = 400_000
LAST_LINES = 50


class Output:
    """Shows a program's lines. `on_line` hears every line, also those that are written over or not shown."""

    def __init__(self, show: Callable[[Sequence[str]], None], on_line: Callable[[str], None] | None) -> None:
        self._show = show
        self._on_line = on_line
        self._lines = Lines()
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._batch: list[str] = []
        self._begun = 0.0
        self._shown = 0
        self._characters = 0
        self._withheld = 0

    @property
    def tail(self) -> str:
        """The last lines."""
        return "\n".join(self._last)

    def take(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            self._hear(line)

    def hush(self) -> None:
        """Tell `on_line` nothing any more."""
        self._on_line = None

    def flush_in_time(self) -> None:
        """Show what has waited long enough."""
        if self._batch and time.monotonic() - self._begun >= BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self._show(batch)

    def end(self) -> None:
        """Show the rest: how many lines were left out, and the last ones of those that were not shown."""
        for line in self._lines.end():
            self._hear(line)
        self.flush()
        if self._withheld:
            last = list(self._last)[-self._withheld :]
            self._show([*_words(self._withheld - len(last)), *last])

    def _hear(self, line: Line) -> None:
        if line.stays:
            self._keep(line.text)
        if line.is_news and self._on_line:
            self._on_line(line.text)

    def _keep(self, text: str) -> None:
        self._last.append(text)
        # Once a line was not shown, no later one is: there is one gap, and `end` says how wide.
        if self._withheld or self._shown >= MOST_LINES or self._characters + len(text) > MOST_CHARACTERS:
            self._withheld += 1
            return
        if not self._batch:
            self._begun = time.monotonic()
        self._batch.append(text)
        self._shown += 1
        self._characters += len(text)
        if len(self._batch) >= BATCH_LINES:
            self.flush()


def _words(left_out: int) -> list[str]:
    if not left_out:
        return []
    return [f"… {left_out:,} {'line' if left_out == 1 else 'lines'} left out …"]
