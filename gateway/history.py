"""Reading calls and messages from the rows: one, all of a message, or pages of an app's, newest first."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, literal_column, select

from models.call import Call
from models.errors import NotFound
from models.lifecycle import Status
from models.message import COLUMNS as MESSAGE_COLUMNS
from models.message import Message
from models.move import COLUMNS
from models.tables import call_moves, messages, stands_at, tool_calls


def calls_of(tx: Connection, message_key: int) -> list[Call]:
    """A message's calls, in the order submitted."""
    query = select(*COLUMNS).where(tool_calls.c.message_key == message_key).order_by(tool_calls.c.index)
    return [Call.of(row) for row in tx.execute(query).mappings()]


def existing_call(tx: Connection, app_id: str, message_id: str, call_id: str) -> Call:
    """Raises NotFound."""
    message = select(messages.c.key).where(messages.c.app_id == app_id, messages.c.id == message_id)
    query = select(*COLUMNS).where(tool_calls.c.message_key == message.scalar_subquery(), tool_calls.c.id == call_id)
    row = tx.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"the message {message_id} of app {app_id} has no tool call {call_id}")
    return Call.of(row)


def moves_of(tx: Connection, call_key: int) -> Sequence[Mapping[Any, Any]]:
    """A call's moves, oldest first."""
    query = select(call_moves).where(call_moves.c.call_key == call_key).order_by(call_moves.c.version)
    return tx.execute(query).mappings().all()


def newest_calls(
    tx: Connection, app_id: str, *, before: int | None, limit: int, statuses: Collection[str], name: str | None
) -> list[Call]:
    """Calls of an app with a key below `before`, newest first."""
    query = select(*COLUMNS).where(tool_calls.c.app_id == app_id)
    if before is not None:
        query = query.where(tool_calls.c.key < before)
    if statuses:
        query = query.where(tool_calls.c.status.in_(list(statuses)))
    if name is not None:
        query = query.where(tool_calls.c.name == name)
    rows = tx.execute(query.order_by(tool_calls.c.key.desc()).limit(limit)).mappings()
    return [Call.of(row) for row in rows]


def newest_messages(
    tx: Connection,
    *,
    app_id: str | None,
    message_id: str | None = None,
    before: int | None,
    limit: int,
    status: str | None,
) -> list[Message]:
    """Messages (of one app, or of all) with a key below `before`, newest first, with counts but without their flow."""
    query = select(*MESSAGE_COLUMNS)
    for column, value in ((messages.c.app_id, app_id), (messages.c.id, message_id)):
        query = query if value is None else query.where(column == value)
    if before is not None:
        query = query.where(messages.c.key < before)
    if status is not None:
        query = query.where(MESSAGE_STATUSES[status])
    rows = tx.execute(query.order_by(messages.c.key.desc()).limit(limit)).mappings().all()
    counts = _counts(tx, [row["key"] for row in rows])
    return [Message(**row, counts=counts[row["key"]]) for row in rows]


HAS_FAILED = exists().where(
    tool_calls.c.app_id == messages.c.app_id, tool_calls.c.message_key == messages.c.key, stands_at([Status.FAILED])
)
# Written out, so that any plan can use the partial indexes.
MESSAGE_STATUSES: dict[str, ColumnElement[bool]] = {
    "running": messages.c.open > literal_column("0"),
    "idle": messages.c.open == literal_column("0"),
    "failed": HAS_FAILED,
}


def _counts(tx: Connection, keys: Collection[int]) -> dict[int, dict[str, int]]:
    query = (
        select(tool_calls.c.message_key, tool_calls.c.status, func.count())
        .where(tool_calls.c.message_key.in_(keys), tool_calls.c.origin == "client")
        .group_by(tool_calls.c.message_key, tool_calls.c.status)
    )
    found = {key: {"total": 0, **dict.fromkeys([status.value for status in Status], 0)} for key in keys}
    for key, status, count in tx.execute(query):
        found[key][status] = count
        found[key]["total"] += count
    return found
