"""A message: its calls in order, the model's words between them, and whether it is running or idle."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from models.call import Call
from models.database import inserting
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
    next_index: int
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
    messages.c[name]
    for name in ("key", "app_id", "id", "next_index", "open", "version", "announced", "parts", "created_at")
)
NUMBERS = ("next_index", "open", "parts", "version")
FIND = select(*COLUMNS).where(messages.c.app_id == bindparam("app"), messages.c.id == bindparam("named"))
GROW = (
    update(messages)
    .where(messages.c.key == bindparam("of"))
    .values({name: bindparam(f"to_{name}") for name in NUMBERS})
)
ADD_PART = insert(message_parts)
COUNTS = (
    select(tool_calls.c.status, func.count())
    .where(tool_calls.c.message_key == bindparam("of"), tool_calls.c.origin == "client")
    .group_by(tool_calls.c.status)
)
PARTS = select(message_parts).where(message_parts.c.message_key == bindparam("of")).order_by(message_parts.c.position)
OPEN = messages.c.open + bindparam("more")
TURNS = case(((messages.c.open == 0) != (OPEN == 0), 1), else_=0)
COUNT = (
    update(messages)
    .where(messages.c.key == bindparam("of"))
    .values(open=OPEN, version=messages.c.version + TURNS)
    .returning(*COLUMNS)
)


def find_message(tx: Connection, app_id: str, message_id: str) -> Message | None:
    row = tx.execute(FIND, {"app": app_id, "named": message_id}).mappings().first()
    return complete(tx, Message(**row)) if row else None


def open_message(tx: Connection, app_id: str, message_id: str, at: float) -> Message:
    """The message, made empty if there is none, without its counts and its flow. The caller holds the app's row."""
    empty = {"next_index": 0, "open": 0, "parts": 0, "version": 0, "announced": 0, "created_at": at}
    row = tx.execute(_opening(tx.dialect.name), {"app_id": app_id, "id": message_id, **empty})
    return Message(**row.mappings().one())


def complete(tx: Connection, message: Message) -> Message:
    """The message with its counts and its flow."""
    return Message(**{**vars(message), "counts": counts_of(tx, message.key), "flow": flow_of(tx, message.key)})


def counts_of(tx: Connection, message_key: int) -> dict[str, int]:
    """How many of the message's calls stand at each status, and `total`; the system's own calls are left out."""
    return _counts(dict(tx.execute(COUNTS, {"of": message_key}).all()))


def flow_of(tx: Connection, message_key: int) -> list[dict[str, Any]]:
    """The conversation as it went; calls that were submitted without text between them are one entry."""
    flow: list[dict[str, Any]] = []
    for row in tx.execute(PARTS, {"of": message_key}).mappings():
        _extend(flow, row)
    return flow


def add_text(tx: Connection, message: Message, text: str) -> Message:
    """Add the model's words to the flow. The caller holds the app's row and has just opened the message."""
    return complete(tx, _grow(tx, message, {"text": text, "ids": None}))


def add_calls(tx: Connection, message: Message, calls: Sequence[Call]) -> Message:
    """Add calls, which are stored already, to the flow. The caller holds the app's row and has just opened the message."""
    opened = sum(not call.final for call in calls)
    # Calls that were all refused never make the message running, yet those who watch it wait for the word `idle`.
    turns = not message.open
    part = {"text": None, "ids": [call.id for call in calls]}
    grown = _grow(tx, message, part, calls=len(calls), opened=opened, turns=turns)
    if message.next_index or message.parts:
        return complete(tx, grown)
    flow: list[dict[str, Any]] = []
    _extend(flow, part)
    return replace(grown, counts=_counts(Counter(call.status for call in calls)), flow=flow)


def count_open(tx: Connection, message_key: int, more: int) -> Message | None:
    """Count a call that became unfinished (1) or final (-1); the message, if it became running or idle by it."""
    row = tx.execute(COUNT, {"of": message_key, "more": more}).mappings().one()
    turned = (row["open"] == 0) != (row["open"] - more == 0)
    return complete(tx, Message(**row)) if turned else None


def _grow(
    tx: Connection, message: Message, part: dict[str, Any], *, calls: int = 0, opened: int = 0, turns: bool = False
) -> Message:
    """Add an entry to the flow, and numbers to the row, which nobody else changes while the app's row is held."""
    grown = replace(
        message,
        next_index=message.next_index + calls,
        open=message.open + opened,
        parts=message.parts + 1,
        version=message.version + int(turns),
    )
    tx.execute(GROW, {"of": message.key, **{f"to_{name}": getattr(grown, name) for name in NUMBERS}})
    tx.execute(ADD_PART, {"message_key": message.key, "position": grown.parts, **part})
    return grown


@cache
def _opening(dialect: str) -> Any:
    statement = inserting(dialect, messages)
    same = statement.on_conflict_do_update(index_elements=["app_id", "id"], set_={"app_id": statement.excluded.app_id})
    return same.returning(*COLUMNS)


def _counts(found: Mapping[str, int]) -> dict[str, int]:
    return {"total": sum(found.values()), **{status.value: found.get(status, 0) for status in Status}}


def _extend(flow: list[dict[str, Any]], row: Mapping[Any, Any]) -> None:
    if row["text"] is not None:
        flow.append({"type": "text", "text": row["text"]})
        return
    if flow and flow[-1]["type"] == "tool_calls":
        flow[-1]["ids"] += row["ids"]
        return
    flow.append({"type": "tool_calls", "ids": list(row["ids"])})
