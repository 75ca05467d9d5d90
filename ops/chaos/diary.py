"""What a run of chaos did, and what it found wrong. Threads share it."""

import threading
import time
from collections import Counter
from collections.abc import Callable

Say = Callable[[str], None]


class Diary:
    """Counts deeds by kind, tells the rare ones as they happen, and keeps what is wrong."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._begun = time.monotonic()
        self._writing = threading.Lock()
        self.deeds: Counter[str] = Counter()
        self.wrong: list[str] = []

    def did(self, kind: str, what: str = "") -> None:
        """Note a deed; with `what` it gets a line of its own."""
        with self._writing:
            self.deeds[kind] += 1
            if what:
                self._say(f"{time.monotonic() - self._begun:6.1f} s  {kind}: {what}")

    def fault(self, what: str) -> None:
        """Note something that must not be."""
        with self._writing:
            self.wrong.append(what)
            self._say(f"{time.monotonic() - self._begun:6.1f} s  WRONG: {what}")

    def summary(self) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.deeds.items()))
