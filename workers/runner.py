"""Running a link: each of its stages is claimed, run, committed. What is stale, doubled or lost its claim has no effect."""

import secrets
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from broker.outbox import now
from models.call import Call
from models.errors import TimedOut, ToolFailed, ToolreelError
from models.events import CallMoved, CallProgressed
from models.files import Blob, blob_of, store_blobs
from models.jsontext import encode
from models.outcome import Outcome
from models.stage import (
    Claim,
    advance,
    advance_on,
    advance_paused,
    back_off,
    cancel,
    claim,
    fail,
    give_back,
    hand_over,
    park,
    pause,
    succeed,
)
from workers.checkpoint import Checkpoint
from workers.context import Context
from workers.halt import ClaimLost, Halt, OutOfTime, Parked, Stopped
from workers.report import CallReport
from workers.run import Files, Run
from workers.steering import Deadline
from workers.stored import StoredFiles
from workers.tool import Tool

BACKOFF_SECONDS = (1.0, 4.0, 15.0, 60.0)
LET_GO_SECONDS = 1.0

logger = structlog.get_logger()


def run_stages(context: Context, tool: Tool, key: int, epoch: int, stage: int, through: int) -> bool:
    """Run the stages of one link, usually a single one. False when the chain must not go on: another has the stage, or
    the call has ended or paused.

    Raises SQLAlchemyError when the database cannot be reached; the claim is given back as soon as it can.
    """
    token = f"{context.process}.{secrets.token_hex(8)}"
    # Before the claim, so that no signal for it is missed.
    context.steering.begin(token)
    try:
        with context.store.statement() as tx:
            claimed = claim(tx, key, epoch, stage, token=token, at=now())
        while claimed is not None:
            with bound_contextvars(**_names(claimed.call)):
                run = StageRun(context, tool, claimed, goes_on=claimed.call.stage < through)
                if not run.run():
                    return False
            if run.next is None:
                return True
            claimed = run.next
        return False
    except SQLAlchemyError:
        # Also when it was the claim that failed: it may have been made, and only its answer lost.
        _let_go(context, key, token)
        raise
    finally:
        context.steering.end()


def _let_go(context: Context, key: int, token: str) -> None:
    """Give back a claim that nothing runs under any more. Its process lives, so nobody else would find it."""
    try:
        with context.store.write() as tx:
            give_back(tx, key, token)
    except SQLAlchemyError as error:
        logger.warning("claim-not-given-back", error=str(error))
        context.later.after(LET_GO_SECONDS, lambda: _let_go(context, key, token))


def _names(call: Call) -> dict[str, Any]:
    """What every log line of this stage says, also one of a library or of the tool's own."""
    names = {"call": call.id, "app": call.app_id, "message": call.message_id, "stage": call.stage_name}
    return names | {"attempt": call.attempt} | ({"traceparent": call.traceparent} if call.traceparent else {})


class StageRun:
    """One run of a claimed stage. With `goes_on` its commit also takes the stage after it, which `next` then is."""

    def __init__(self, context: Context, tool: Tool, claimed: Claim, *, goes_on: bool) -> None:
        self.next: Claim | None = None
        self._goes_on = goes_on
        self._context = context
        self._tool = tool
        self._claimed = claimed
        self._cap = context.settings.app_concurrency
        self._withheld: list[CallProgressed] = []
        if claimed.starts:
            self._tell(claimed.call)
        self._report = CallReport(context.publisher, claimed.call, interval=1 / context.settings.progress_per_second)
        self._files = Files(StoredFiles(context.store, claimed.call.app_id, claimed.staged))
        limit = claimed.call.stages[claimed.call.stage].get("seconds")
        self._deadline = Deadline(limit or context.settings.stage_seconds)
        self._checkpoint = Checkpoint(context, claimed, self._report, self._deadline)

    def run(self) -> bool:
        """Run and commit. False when the chain must not go on."""
        call = self._claimed.call
        try:
            with self._context.listener.watching(call.key, self._claimed.token, self._deadline):
                return self._run_and_commit()
        except SystemExit:
            # The worker is told to end at once; what is not handed over now, recovery finds.
            self._hand_over()
            raise

    def _run_and_commit(self) -> bool:
        try:
            return self._commit(self._run_tool())
        except ToolreelError as error:
            return self._fail(error)
        except Halt as halt:
            return self._halt(halt)

    def _run_tool(self) -> Any:
        """The tool's own code. Whatever it raises becomes a ToolreelError, but for a halt and a database that is away."""
        call = self._claimed.call
        most = self._context.settings.max_file_bytes
        run = Run(
            call.app_id,
            self._files,
            self._report,
            max_file_bytes=most,
            images=self._context.images,
            steer=self._checkpoint,
            grace_seconds=self._context.settings.grace_seconds,
        )
        arguments = self._tool.parse(self._claimed.arguments)
        try:
            run.checkpoint()
            with self._context.steering.tool():
                output = self._tool.run_stage(call.stage, run, arguments, self._claimed.previous)
            run.checkpoint()
            # What cannot be kept as JSON is the tool's mistake; in the commit it would look like the database's.
            encode(output)
            return output
        except (ToolreelError, SQLAlchemyError):
            raise
        except Exception as error:
            logger.exception("tool-broke", tool=self._tool.name)
            detail = f"{self._tool.name} stopped with an error of its own: {type(error).__name__}: {error}"
            raise ToolFailed(detail[:2000]) from error
        finally:
            self._withheld = self._report.take()

    def _commit(self, output: Any) -> bool:
        contents = [content for content in self._files.staged.values() if content is not None]
        mine = {path: None if content is None else blob_of(content) for path, content in self._files.staged.items()}
        staged: dict[str, Blob | None] = {**self._claimed.staged, **mine}
        call = self._claimed.call
        if call.stage + 1 < len(call.stages):
            return self._advance(output, contents, staged)
        with self._context.store.write() as tx:
            store_blobs(tx, contents)
            outcome = succeed(
                tx,
                self._claimed,
                output,
                staged,
                at=now(),
                settings=self._context.settings,
            )
        return self._deliver(outcome) or self._give_way()

    def _advance(self, output: Any, contents: list[bytes], staged: dict[str, Blob | None]) -> bool:
        with self._context.store.write() if contents else self._context.store.statement() as tx:
            store_blobs(tx, contents)
            moved = self._move_on(tx, output, staged)
        if moved:
            self._tell(moved)
            return True
        with self._context.store.write() as tx:
            store_blobs(tx, contents)
            paused = advance_paused(tx, self._claimed, output, staged, at=now(), cap=self._cap)
        self._deliver(paused) or self._give_way()
        return False

    def _move_on(self, tx: Connection, output: Any, staged: dict[str, Blob | None]) -> Call | None:
        if not self._goes_on:
            return advance(tx, self._claimed, output, staged, at=now())
        self.next = advance_on(tx, self._claimed, output, staged, at=now())
        return self.next.call if self.next else None

    def _fail(self, error: ToolreelError) -> bool:
        if error.retryable and self._claimed.call.backoffs < self._tool.retries and self._back_off(error):
            return False
        at, words = now(), error.as_call_error()
        with self._context.store.write() as tx:
            outcome = fail(
                tx,
                self._claimed,
                words,
                progress=self._report.reached,
                at=at,
                cap=self._cap,
            )
        self._deliver(outcome) or self._give_way()
        return False

    def _back_off(self, error: ToolreelError) -> bool:
        seconds = BACKOFF_SECONDS[min(self._claimed.call.backoffs, len(BACKOFF_SECONDS) - 1)]
        note = f"{error.title}; tried again in {seconds:g} s: {error.detail}"[:500]
        with self._context.store.write() as tx:
            outcome = back_off(tx, self._claimed, note=note, seconds=seconds, at=now(), cap=self._cap)
        return self._deliver(outcome)

    def _halt(self, halt: Halt) -> bool:
        """Nothing of the stage runs any more; let the row say so."""
        match halt:
            case Parked():
                logger.info("parked")
            case Stopped():
                self._hand_over()
            case OutOfTime():
                limit = self._claimed.call.stages[self._claimed.call.stage].get("seconds")
                seconds = limit or self._context.settings.stage_seconds
                self._fail(TimedOut(f"the stage {self._claimed.call.stage_name} took longer than {seconds:g} seconds"))
            case ClaimLost():
                logger.info("claim-lost")
            case _:
                self._give_way()
        return False

    def _hand_over(self) -> None:
        """Let another worker go on with the stage; one that is asked to pause is paused instead."""
        with self._context.store.write() as tx:
            outcome = hand_over(tx, self._claimed, cursor=self._checkpoint.cursor, at=now())
        self._deliver(outcome) or self._park() or self._give_way()

    def _park(self) -> bool:
        at = now()
        with self._context.store.write() as tx:
            paused = pause(tx, self._claimed, progress=self._report.reached, at=at)
            parked = park(tx, self._claimed, cursor=self._checkpoint.cursor, at=at, cap=self._cap)
        if paused:
            self._tell(paused)
        return self._deliver(parked)

    def _give_way(self) -> bool:
        """A commit was refused: the call is being cancelled, and ends so here, or it is another's by now."""
        with self._context.store.write() as tx:
            outcome = cancel(tx, self._claimed, at=now(), cap=self._cap)
        if not self._deliver(outcome):
            logger.info("claim-lost")
        return False

    def _deliver(self, outcome: Outcome | None) -> bool:
        if outcome is None:
            return False
        self._context.outbox.deliver(outcome, first=self._withheld)
        return True

    def _tell(self, moved: Call) -> None:
        """Say that the call has moved, and before it what progress was withheld."""
        self._context.outbox.tell([*self._withheld, CallMoved(moved)])
