"""A program's place in the supervisor: whether it should run, does run, and when it is started again."""

import signal
from collections.abc import Callable

from ops.local.backoff import next_delay
from ops.local.child import Child
from ops.local.output import Output
from ops.local.program import Program


class Slot:
    """All but `wanted` and the reading of `child` belongs to the supervisor's thread."""

    def __init__(self, program: Program, output: Output, clock: Callable[[], float]) -> None:
        self.program = program
        self.wanted = True
        self.child: Child | None = None
        self._output = output
        self._clock = clock
        self._started = 0.0
        self._delay = 0.0
        self._due = 0.0

    def tend(self) -> None:
        """Start the program if its time has come; notice its end; end it if it is not wanted."""
        if self.child is None:
            self._start_if_due()
            return
        code = self.child.ended()
        if code is not None:
            self._bury(self.child, code)
        elif not self.wanted:
            self.clear()

    def clear(self) -> None:
        """Nothing of the program runs any more."""
        if self.child is not None:
            self.child.sweep()
        self.child = None

    def _start_if_due(self) -> None:
        if not self.wanted or self._clock() < self._due:
            return
        self._started = self._clock()
        try:
            self.child = Child(self.program, self._output)
        except OSError as error:  # no process, memory or file to be had right now
            self._postpone(f"not started ({error.strerror})")

    def _bury(self, child: Child, code: int) -> None:
        child.sweep()
        self.child = None
        if not self.wanted:
            return
        self._postpone(f"ended ({describe(code)})")

    def _postpone(self, why: str) -> None:
        self._delay = next_delay(self._delay, self._clock() - self._started)
        self._due = self._clock() + self._delay
        self._output.say(self.program.name, f"{why}; starts again in {self._delay:g} s")


def describe(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
