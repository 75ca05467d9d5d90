"""Where the output of supervised programs goes: onto the terminal with coloured names, or into one file each."""

import os
import threading
from pathlib import Path
from typing import Protocol, TextIO

COLORS = (36, 33, 32, 35, 34, 96, 93, 92, 95)
FLUSH_SECONDS = 2.0


class Output(Protocol):
    """Takes the lines of programs, and the supervisor's own about them."""

    def connect(self, name: str) -> int:
        """A file descriptor for a program to write to; the caller closes it."""

    def say(self, name: str, text: str) -> None:
        """Add a line of the supervisor's own."""

    def close(self) -> None:
        """Wait until what programs that have ended wrote is out."""


class LogFiles:
    """A file `<name>.log` for each program, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def connect(self, name: str) -> int:
        return os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, name: str, text: str) -> None:
        sink = self.connect(name)
        os.write(sink, f"-- {text}\n".encode())
        os.close(sink)

    def close(self) -> None: ...

    def path(self, name: str) -> Path:
        return self._folder / f"{name}.log"


class Terminal:
    """Every line on one stream, behind the name of its program."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colored = stream.isatty() and "NO_COLOR" not in os.environ
        self._names: list[str] = []
        self._relays: list[threading.Thread] = []
        self._writing = threading.Lock()

    def connect(self, name: str) -> int:
        source, sink = os.pipe()
        relay = threading.Thread(target=self._relay, args=(name, source), name=f"output-{name}", daemon=True)
        relay.start()
        self._relays = [*(thread for thread in self._relays if thread.is_alive()), relay]
        return sink

    def say(self, name: str, text: str) -> None:
        self._write(name, f"-- {text}")

    def close(self) -> None:
        for relay in self._relays:
            relay.join(FLUSH_SECONDS)

    def _relay(self, name: str, source: int) -> None:
        with open(source, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._write(name, line.rstrip("\n"))

    def _write(self, name: str, line: str) -> None:
        with self._writing:
            try:
                self._stream.write(f"{self._prefix(name)} {line}\n")
                self._stream.flush()
            except (OSError, ValueError):
                return  # the terminal has gone; the programs' pipes must be read all the same

    def _prefix(self, name: str) -> str:
        if name not in self._names:
            self._names.append(name)
        label = f"{name:<10}|"
        if not self._colored:
            return label
        return f"\x1b[{COLORS[self._names.index(name) % len(COLORS)]}m{label}\x1b[0m"
