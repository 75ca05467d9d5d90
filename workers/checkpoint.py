"""Where a running stage obeys: it stands still while the call is paused, and halts when it is cancelled or must give way."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select

from broker.outbox import now
from models.call import Call
from models.events import CallMoved
from models.lifecycle import Status
from models.move import COLUMNS
from models.stage import Claim, park, pause
from models.tables import tool_calls
from workers.context import Context
from workers.halt import Cancelled, ClaimLost, OutOfTime, Parked, Stopped
from workers.report import CallReport
from workers.steering import CANCEL, OUT_OF_TIME, PAUSE, STOP, Deadline

LOOK_SECONDS = 1.0


class Checkpoint:
    """The checkpoints of one run of a stage. `cursor` is where the stage has come to, as its tool says."""

    def __init__(self, context: Context, claimed: Claim, report: CallReport, deadline: Deadline) -> None:
        self._context = context
        self._steering = context.steering
        self._claimed = claimed
        self._report = report
        self._deadline = deadline
        self.cursor = claimed.cursor

    @property
    def due(self) -> bool:
        return self._steering.due

    def meet(self) -> None:
        """Raises a Halt when the stage must end; comes back when it may go on."""
        while self._steering.due:
            wanted = self._steering.wanted
            if wanted == CANCEL:
                raise Cancelled
            if wanted == OUT_OF_TIME:
                raise OutOfTime
            if wanted == STOP:
                raise Stopped
            if wanted == PAUSE:
                self._report.flush()
                with self._deadline.standing():
                    self._pause()

    def waking(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        return self._steering.waking(wake)

    def _pause(self) -> None:
        with self._context.store.statement() as tx:
            paused = pause(tx, self._claimed, progress=self._report.reached, at=now())
        if paused is None and not self._stands_paused():
            return
        if paused:
            self._context.outbox.tell([CallMoved(paused)])
        self._stand_still()

    def _stand_still(self) -> None:
        """Keep the slot for a while. The row is read again each second, for a signal can be lost."""
        until = time.monotonic() + self._context.settings.hold_seconds
        while True:
            wanted = self._steering.wait(min(LOOK_SECONDS, until - time.monotonic()))
            if not self._stands_paused():
                return
            if time.monotonic() >= until or wanted == STOP:
                self._park()

    def _stands_paused(self) -> bool:
        """Whether the row says paused; if it was resumed, the stage goes on as the call that it is by then."""
        call = self._read()
        if call is None or call.status is Status.CANCELLING:
            raise Cancelled if call else ClaimLost
        if call.status is Status.PAUSED:
            return True
        if call.status is Status.RUNNING:
            self._report.go_on(call)
            self._steering.resume()
        return False

    def _park(self) -> None:
        with self._context.store.write() as tx:
            cap, at = self._context.settings.app_concurrency, now()
            outcome = park(tx, self._claimed, cursor=self.cursor, at=at, cap=cap)
        if outcome:
            self._context.outbox.deliver(outcome)
            raise Parked

    def _read(self) -> Call | None:
        query = select(*COLUMNS).where(
            tool_calls.c.key == self._claimed.call.key, tool_calls.c.claimed_by == self._claimed.token
        )
        with self._context.store.statement() as tx:
            row = tx.execute(query).mappings().first()
        return Call.of(row) if row else None
