"""Running one stage: claim, run, commit. A stale or doubled link, and a stage that lost its claim, end without effect."""

import secrets
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from broker.outbox import now
from models.call import Call
from models.errors import ToolFailed, ToolreelError
from models.files import Blob, blob_of, store_blobs
from models.jsontext import encode
from models.stage import Claim, advance, claim, fail, give_back, succeed
from workers.context import Context
from workers.report import CallReport
from workers.run import Files, Run
from workers.stored import StoredFiles
from workers.tool import Tool

logger = structlog.get_logger()


def run_stage(context: Context, tool: Tool, key: int, epoch: int, stage: int) -> bool:
    """Run one stage of a call. False when the chain must not go on: another has the stage, or the call has ended.

    Raises SQLAlchemyError when the database cannot be reached; the claim is then given back where that is possible.
    """
    with context.store.write() as tx:
        claimed = claim(tx, key, epoch, stage, token=secrets.token_hex(8), at=now())
    if claimed is None:
        return False
    announced = context.outbox.tell(claimed.told) or claimed.call.announced
    report = CallReport(context.publisher, claimed.call, interval=1 / context.settings.progress_per_second)
    files = Files(StoredFiles(context.store, claimed.call.app_id, claimed.staged))
    try:
        with bound_contextvars(**_names(claimed.call)):
            return _run_and_commit(context, tool, claimed, files, report, announced)
    except SQLAlchemyError:
        with context.store.write() as tx:
            give_back(tx, claimed)
        raise


def _names(call: Call) -> dict[str, Any]:
    """What every log line of this stage says, also one of a library or of the tool's own."""
    names = {"call": call.id, "app": call.app_id, "message": call.message_id, "stage": call.stage_name}
    return names | {"attempt": call.attempt} | ({"traceparent": call.traceparent} if call.traceparent else {})


def _run_and_commit(
    context: Context, tool: Tool, claimed: Claim, files: Files, report: CallReport, announced: int
) -> bool:
    try:
        output = _run(context, tool, claimed, files, report)
        return _commit(context, claimed, output, files, announced)
    except ToolreelError as error:
        return _fail(context, claimed, error, report, announced)


def _run(context: Context, tool: Tool, claimed: Claim, files: Files, report: CallReport) -> Any:
    """The tool's own code. Whatever it raises becomes a ToolreelError, but for a database that is away."""
    limit = context.settings.max_file_bytes
    run = Run(claimed.call.app_id, files, report, max_file_bytes=limit, images=context.images)
    try:
        output = tool.run_stage(claimed.call.stage, run, tool.parse(claimed.arguments), claimed.previous)
        # What cannot be kept as JSON is the tool's mistake; in the commit it would look like the database's.
        encode(output)
        return output
    except (ToolreelError, SQLAlchemyError):
        raise
    except Exception as error:
        logger.exception("tool-broke", tool=tool.name)
        detail = f"{tool.name} stopped with an error of its own: {type(error).__name__}: {error}"
        raise ToolFailed(detail[:2000]) from error
    finally:
        report.flush()


def _commit(context: Context, claimed: Claim, output: Any, files: Files, announced: int) -> bool:
    contents = [content for content in files.staged.values() if content is not None]
    mine = {path: None if content is None else blob_of(content) for path, content in files.staged.items()}
    staged: dict[str, Blob | None] = {**claimed.staged, **mine}
    if claimed.call.stage + 1 < len(claimed.call.stages):
        return _advance(context, claimed, output, contents, staged, announced)
    with context.store.write() as tx:
        settings, at = context.settings, now()
        store_blobs(tx, contents)
        outcome = succeed(tx, claimed, output, staged, announced=announced, at=at, settings=settings)
    if outcome is None:
        return _lost()
    context.outbox.deliver(outcome)
    return True


def _advance(
    context: Context,
    claimed: Claim,
    output: Any,
    contents: list[bytes],
    staged: dict[str, Blob | None],
    announced: int,
) -> bool:
    with context.store.write() as tx:
        store_blobs(tx, contents)
        moved = advance(tx, claimed, output, staged, announced=announced, at=now())
    if not moved:
        return _lost()
    context.outbox.tell(moved)
    return True


def _fail(context: Context, claimed: Claim, error: ToolreelError, report: CallReport, announced: int) -> bool:
    cap, at, words = context.settings.app_concurrency, now(), error.as_call_error()
    with context.store.write() as tx:
        outcome = fail(tx, claimed, words, progress=report.reached, announced=announced, at=at, cap=cap)
    if outcome is None:
        return _lost()
    context.outbox.deliver(outcome)
    return False


def _lost() -> bool:
    logger.info("claim-lost")
    return False
