"""A snapshot: the whole state of a message or an app from the rows, with the newest streamed progress laid over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from broker.history import History
from broker.log import EventId
from gateway.progress import with_progress
from models.call import Call
from models.database import Store
from models.lifecycle import FINAL
from models.message import COLUMNS as MESSAGE_COLUMNS
from models.message import Message, complete, find_message
from models.move import COLUMNS
from models.tables import messages, tool_calls

NEWEST_MESSAGES = 20
NO_PREVIEW = {"status": "none", "url": None, "version": None, "error": None}


@dataclass(frozen=True)
class Snapshot:
    """`id` is the log's position before the rows were read; `shown` what the snapshot says of each subject."""

    id: EventId
    data: bytes
    shown: dict[str, tuple[int, float]]
    done: bool


def take_snapshot(store: Store, history: History, app_id: str, message_id: str | None, reason: str) -> Snapshot:
    """The state of a message (which may not exist yet), or of the app: unfinished calls and the newest 20 messages."""
    position = history.position(app_id)
    with store.read() as tx:
        found = _one(tx, app_id, message_id) if message_id else _newest(tx, app_id)
        calls = _calls(tx, app_id, found, message_id)
    states, shown = with_progress(history, app_id, calls)
    shown |= {f"{message.id}//": (message.version, 0.0) for message in found}
    shown |= {f"{message.id}//flow": (message.parts, 0.0) for message in found}
    data = {
        "app_id": app_id,
        **_about(message_id, found),
        "reason": reason,
        "tool_calls": states,
        "preview": NO_PREVIEW,
    }
    done = bool(found) and all(message.status == "idle" and message.counts["total"] for message in found)
    return Snapshot(position, orjson.dumps(data), shown, done)


def _one(tx: Connection, app_id: str, message_id: str) -> list[Message]:
    message = find_message(tx, app_id, message_id)
    return [message] if message else []


def _newest(tx: Connection, app_id: str) -> list[Message]:
    query = select(*MESSAGE_COLUMNS).where(messages.c.app_id == app_id).order_by(messages.c.key.desc())
    rows = tx.execute(query.limit(NEWEST_MESSAGES)).mappings().all()
    return [complete(tx, Message(**row)) for row in reversed(rows)]


def _calls(tx: Connection, app_id: str, found: Sequence[Message], message_id: str | None) -> list[Call]:
    query = select(*COLUMNS).order_by(tool_calls.c.seq)
    if message_id:
        query = query.where(tool_calls.c.message_key.in_([message.key for message in found]))
    else:
        query = query.where(tool_calls.c.app_id == app_id, tool_calls.c.status.not_in(FINAL))
    return [Call.of(row) for row in tx.execute(query).mappings()]


def _about(message_id: str | None, found: Sequence[Message]) -> dict[str, Any]:
    if message_id is None:
        return {
            "status": "running" if any(message.open for message in found) else "idle",
            "messages": [
                {"message_id": message.id, "status": message.status, "counts": message.counts, "flow": message.flow}
                for message in found
            ],
            "flow": [],
        }
    message = found[0] if found else None
    return {
        "message_id": message_id,
        "status": message.status if message else "idle",
        "flow": message.flow if message else [],
    }
