"""A message: its calls in order, the model's words between them, and whether it is running or idle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from models.lifecycle import Status
from models.tables import message_parts, messages, tool_calls


@dataclass(frozen=True)
class Message:
    """A message as its row says it is, with the counts and the flow that clients see.

    `version` grows whenever the message changes between running and idle, `parts` with each entry of the flow.
    """

    key: int
    app_id: str
    id: str
    open: int
    version: int
    announced: int
    parts: int
    created_at: float
    counts: dict[str, int] = field(default_factory=dict)
    flow: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return "running" if self.open else "idle"


COLUMNS = tuple(
    messages.c[name] for name in ("key", "app_id", "id", "open", "version", "announced", "parts", "created_at")
)


def find_message(tx: Connection, app_id: str, message_id: str) -> Message | None:
    row = (
        tx.execute(select(*COLUMNS).where(messages.c.app_id == app_id, messages.c.id == message_id)).mappings().first()
    )
    return complete(tx, Message(**row)) if row else None


def get_message(tx: Connection, key: int) -> Message:
    row = tx.execute(select(*COLUMNS).where(messages.c.key == key)).mappings().one()
    return complete(tx, Message(**row))


def create_message(tx: Connection, app_id: str, message_id: str, at: float) -> Message:
    """A new, empty message. The caller holds the app's row."""
    empty = {"next_index": 0, "open": 0, "parts": 0, "version": 0, "announced": 0, "created_at": at}
    statement = insert(messages).values(app_id=app_id, id=message_id, **empty).returning(*COLUMNS)
    return Message(**tx.execute(statement).mappings().one())


def complete(tx: Connection, message: Message) -> Message:
    """The message with its counts and its flow."""
    return Message(**{**vars(message), "counts": counts_of(tx, message.key), "flow": flow_of(tx, message.key)})


def counts_of(tx: Connection, message_key: int) -> dict[str, int]:
    """How many of the message's calls stand at each status, and `total`; the system's own calls are left out."""
    query = (
        select(tool_calls.c.status, func.count())
        .where(tool_calls.c.message_key == message_key, tool_calls.c.origin == "client")
        .group_by(tool_calls.c.status)
    )
    found: dict[str, int] = dict(tx.execute(query).all())
    return {"total": sum(found.values()), **{status.value: found.get(status, 0) for status in Status}}


def flow_of(tx: Connection, message_key: int) -> list[dict[str, Any]]:
    """The conversation as it went; calls that were submitted without text between them are one entry."""
    query = select(message_parts).where(message_parts.c.message_key == message_key).order_by(message_parts.c.position)
    flow: list[dict[str, Any]] = []
    for row in tx.execute(query).mappings():
        _extend(flow, row)
    return flow


def add_part(tx: Connection, message: Message, *, text: str | None = None, ids: Sequence[str] | None = None) -> None:
    """Add the model's words, or calls, to the flow. The caller holds the app's row."""
    position = tx.execute(
        update(messages)
        .where(messages.c.key == message.key)
        .values(parts=messages.c.parts + 1)
        .returning(messages.c.parts)
    ).scalar_one()
    values = {"message_key": message.key, "position": position, "text": text, "ids": list(ids) if ids else None}
    tx.execute(insert(message_parts), values)


def count_open(tx: Connection, message_key: int, more: int) -> bool:
    """Count calls that became unfinished (or, negative, final); True when the message became running or idle by it."""
    still_open = tx.execute(
        update(messages)
        .where(messages.c.key == message_key)
        .values(open=messages.c.open + more)
        .returning(messages.c.open)
    ).scalar_one()
    if not more or (still_open == 0) == (still_open - more == 0):
        return False
    turn_again(tx, message_key)
    return True


def turn_again(tx: Connection, message_key: int) -> None:
    """Make the message's status a new one to tell."""
    tx.execute(update(messages).where(messages.c.key == message_key).values(version=messages.c.version + 1))


def _extend(flow: list[dict[str, Any]], row: Mapping[Any, Any]) -> None:
    if row["text"] is not None:
        flow.append({"type": "text", "text": row["text"]})
        return
    if flow and flow[-1]["type"] == "tool_calls":
        flow[-1]["ids"] += row["ids"]
        return
    flow.append({"type": "tool_calls", "ids": list(row["ids"])})
