"""What goes between a program and us: its input, its output, and a word from another thread that ends our waiting."""

import os
import selectors
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

READ_BYTES = 64 * 1024
LAST_BYTES = 4 * 1024 * 1024


class Pipes:
    """Feeds a program and takes its output, without ever waiting for either longer than asked."""

    def __init__(
        self, source: IO[bytes], sink: IO[bytes] | None, content: bytes, take: Callable[[bytes], None]
    ) -> None:
        self._source = source
        self._sink = sink
        self._unsent = memoryview(content)
        self._take = take
        self.is_open = True
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        self._add(self._woken, selectors.EVENT_READ, self._clear)
        self._add(source.fileno(), selectors.EVENT_READ, self._receive)
        if sink:
            self._add(sink.fileno(), selectors.EVENT_WRITE, self._send)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._selector.close()
        os.close(self._woken)
        os.close(self._waker)

    def wake(self) -> None:
        """End the waiting that is going on. For another thread."""
        # A pipe that is full has wakened enough.
        with suppress(BlockingIOError):
            os.write(self._waker, b"!")

    def exchange(self, seconds: float) -> None:
        """Wait so long at most for something to do, and do it."""
        for key, _ in self._selector.select(seconds):
            key.data()

    def drain(self) -> None:
        """Take what is left of the output of a program that has ended; what else holds the pipe is not waited for."""
        taken = 0
        while taken < LAST_BYTES and (received := self._receive()):
            taken += received

    def _add(self, pipe: int, events: int, action: Callable[[], object]) -> None:
        os.set_blocking(pipe, False)
        self._selector.register(pipe, events, action)

    def _receive(self) -> int:
        """Take what there is; gives how many bytes."""
        if not self.is_open:
            return 0
        try:
            received = os.read(self._source.fileno(), READ_BYTES)
        except BlockingIOError:
            return 0
        if received:
            self._take(received)
        else:
            self._selector.unregister(self._source.fileno())
            self.is_open = False
        return len(received)

    def _send(self) -> None:
        if self._sink is None:
            return
        try:
            self._unsent = self._unsent[self._sink.write(self._unsent) or 0 :]
        except BrokenPipeError:
            # It reads no more; that is its own affair.
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._close_sink()

    def _close_sink(self) -> None:
        if self._sink:
            self._selector.unregister(self._sink.fileno())
            self._sink.close()
            self._sink = None

    def _clear(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, READ_BYTES)
