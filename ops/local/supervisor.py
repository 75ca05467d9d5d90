"""Runs programs: starts them, restarts what crashed, stops them in order, leaves none behind.

All programs are started by one thread, which lives as long as they do: their leash is tied to it.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from ops.errors import OpsError
from ops.local.output import Output
from ops.local.program import Program, Rank
from ops.local.slot import Slot

TICK_SECONDS = 0.05


class Supervisor:
    """Programs that are kept running. Its methods may be called from any thread."""

    def __init__(
        self, output: Output, programs: Iterable[Program] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._output = output
        self._clock = clock
        self._slots: tuple[Slot, ...] = ()
        self._tending = threading.Lock()
        self._stopping = threading.Event()
        self._hastened = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self.add(programs)

    def start(self) -> None:
        self._thread.start()

    def add(self, programs: Iterable[Program]) -> None:
        """Run these too, from now on."""
        self._slots += tuple(Slot(program, self._output, self._clock) for program in programs)

    def stop(self) -> None:
        """Stop all programs, rank by rank, and wait for it: TERM to each, KILL to what stays longer than it may."""
        self._stopping.set()
        if self._thread.ident is not None:
            self.wait()
        self._output.close()

    def wait(self) -> None:
        """Wait until all programs are stopped. An event, because a join that Ctrl-C interrupts takes the thread for ended."""
        self._ended.wait()

    def hasten(self) -> None:
        """End the waiting of a stop: what still runs is killed."""
        self._hastened.set()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(slot.program.name for slot in self._slots)

    def pid(self, name: str) -> int | None:
        """The id of a program's main process, or None while it does not run."""
        child = self._slot(name).child
        return child.pid if child and child.ended() is None else None

    def signal(self, name: str, number: int = signal.SIGKILL) -> None:
        """Signal a program's main process; what dies of it is started again."""
        child = self._slot(name).child
        if child is not None:
            child.signal(number)

    def hold(self, name: str) -> None:
        """Kill a program and keep it down until `release`."""
        slot = self._slot(name)
        with self._tending:
            slot.wanted = False
        while slot.child is not None and not self._ended.is_set():
            time.sleep(TICK_SECONDS / 5)

    def release(self, name: str) -> None:
        self._slot(name).wanted = True

    def _slot(self, name: str) -> Slot:
        for slot in self._slots:
            if slot.program.name == name:
                return slot
        raise OpsError(f"no program {name!r} runs here; there are: {', '.join(self.names)}")

    def _run(self) -> None:
        try:
            self._keep_running()
            for rank in Rank:
                self._drain([slot for slot in self._slots if slot.program.rank is rank])
        finally:
            self._ended.set()

    def _keep_running(self) -> None:
        while not self._stopping.is_set():
            with self._tending:
                for slot in self._slots:
                    slot.tend()
            self._stopping.wait(TICK_SECONDS)

    def _drain(self, slots: Sequence[Slot]) -> None:
        begun = self._clock()
        for slot in slots:
            if slot.child is not None:
                slot.child.signal(signal.SIGTERM)
        while waiting := [slot for slot in slots if slot.child is not None]:
            for slot in waiting:
                self._finish(slot, self._clock() - begun)
            time.sleep(TICK_SECONDS / 5)

    def _finish(self, slot: Slot, waited: float) -> None:
        if slot.child is None:
            return
        over = self._hastened.is_set() or waited >= slot.program.drain_seconds
        if slot.child.ended() is not None or over:
            slot.clear()
