"""One program from its start to its end: it stands still with its call, ends with its stage, and its output is shown."""

import math
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import ProcessFailed, TimedOut
from workers.halt import Cancelled, OutOfTime, Stopped
from workers.process.group import Group, surroundings
from workers.process.output import Output
from workers.process.pipes import Pipes
from workers.run import Finished, Report, Steer
from workers.steering import Deadline

TICK_SECONDS = 0.02
FIRST_TICK_SECONDS = 0.001
TAIL_CHARACTERS = 3000

# What lets a program clean up. A call that is parked or another's by then must not run on, not even for that.
GENTLE = (Cancelled, OutOfTime, Stopped, Exception)


@dataclass(frozen=True)
class Program:
    """What to run. `seconds` is its time limit, in which the time that it stood still does not count."""

    argv: Sequence[str]
    input: bytes | None = None
    cwd: str | os.PathLike[str] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None

    @property
    def name(self) -> str:
        return Path(self.argv[0]).name


def execute(
    program: Program, *, steer: Steer, report: Report, grace_seconds: float, on_line: Callable[[str], None] | None
) -> Finished:
    """Run a program to its end, of whatever kind. When this returns or raises, nothing of its group runs.

    Raises TimedOut, OSError when there is no folder `cwd`, and what a checkpoint or `on_line` raises.
    """
    output = Output(report.log, on_line)
    has_input = program.input is not None
    with (
        Group(program.argv, cwd=program.cwd, env=surroundings(program.env), has_input=has_input) as group,
        Pipes(group.source, group.sink, program.input or b"", output.take) as pipes,
    ):
        execution = Execution(program, group, pipes, output, steer)
        try:
            with steer.waking(pipes.wake):
                execution.wait()
        except GENTLE:
            execution.wind_down(grace_seconds)
            raise
        group.end()
        pipes.drain()
        output.end()
    return Finished(group.returncode, output.tail)


class Execution:
    """A program that runs, and the stage's thread that waits for it."""

    def __init__(self, program: Program, group: Group, pipes: Pipes, output: Output, steer: Steer) -> None:
        self._program = program
        self._group = group
        self._pipes = pipes
        self._output = output
        self._steer = steer
        self._deadline = Deadline(math.inf if program.seconds is None else program.seconds)
        self._tick = FIRST_TICK_SECONDS

    def wait(self) -> None:
        """Until the program has ended; what it started may then still run."""
        while not self._group.has_ended:
            if self._steer.due:
                self._obey()
            if self._deadline.left() <= 0:
                raise TimedOut(self._too_long())
            self._exchange(self._deadline.left())

    def wind_down(self, seconds: float) -> None:
        """Ask all of it to end, and hear its last words, for so long at most."""
        self._output.hush()
        self._group.ask_to_end()
        until = time.monotonic() + seconds
        while self._group.runs and (left := until - time.monotonic()) > 0:
            self._exchange(left)
        self._group.end()
        self._pipes.drain()
        self._output.end()

    def _obey(self) -> None:
        """Stand still before anything is said about it, and until the call goes on."""
        self._output.flush()
        self._group.stop()
        with self._deadline.standing():
            self._steer.meet()
        self._group.go_on()

    def _exchange(self, most_seconds: float) -> None:
        self._pipes.exchange(min(TICK_SECONDS if self._pipes.is_open else self._tick, most_seconds))
        self._output.flush_in_time()
        # Most programs close their output by ending, so that we look again soon, and then less and less often.
        if not self._pipes.is_open:
            self._tick = min(self._tick * 2, TICK_SECONDS)

    def _too_long(self) -> str:
        limit = f"{self._program.name} took longer than {self._program.seconds:g} seconds and was stopped."
        return limit + said_last(self._output.tail)


def failure(program: Program, finished: Finished) -> ProcessFailed:
    """What to raise for a program that did not end well."""
    code = finished.returncode
    how = f"ended with exit code {code}" if code > 0 else f"was ended by {_signal_name(-code)}"
    return ProcessFailed(f"{program.name} {how}." + said_last(finished.tail))


def said_last(tail: str) -> str:
    """The end of a program's output, as words for the model."""
    text = tail.strip()
    if not text:
        return " It said nothing."
    return " It said last:\n" + ("…" if len(text) > TAIL_CHARACTERS else "") + text[-TAIL_CHARACTERS:]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
