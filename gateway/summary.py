"""A message in a list: without its calls and its conversation, but with what tells it from others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from models.call import instant
from models.lifecycle import UNFINISHED
from models.message import Message
from models.tables import message_parts, tool_calls

MOST_TITLE = 200


@dataclass(frozen=True)
class About:
    """What a message is about and how long it took; `finished_at` None while a call of it is unfinished."""

    title: str | None = None
    started_at: float | None = None
    finished_at: float | None = None
    variant: str | None = None


def about(tx: Connection, keys: Collection[int]) -> dict[int, About]:
    """What these messages are about, by key."""
    titles, times = _titles(tx, keys), _times(tx, keys)
    return {key: About(titles.get(key), *times.get(key, (None, None, None))) for key in keys}


def summary(message: Message, about: About) -> dict[str, Any]:
    """A message without its calls and its conversation."""
    return {
        "message_id": message.id,
        "app_id": message.app_id,
        "status": message.status,
        "title": about.title,
        "counts": message.counts,
        "variant": about.variant,
        "created_at": instant(message.created_at),
        "started_at": instant(about.started_at),
        "finished_at": instant(about.finished_at),
    }


def _titles(tx: Connection, keys: Collection[int]) -> dict[int, str]:
    """The first line that the model said in each message."""
    texts = message_parts.c.message_key.in_(keys), message_parts.c.text.is_not(None)
    first = select(message_parts.c.message_key, func.min(message_parts.c.position).label("position")).where(*texts)
    found = first.group_by(message_parts.c.message_key).subquery()
    on = (message_parts.c.message_key == found.c.message_key) & (message_parts.c.position == found.c.position)
    rows = tx.execute(select(message_parts.c.message_key, message_parts.c.text).join(found, on))
    lines = {key: text.strip().partition("\n")[0][:MOST_TITLE] for key, text in rows}
    return {key: line for key, line in lines.items() if line}


def _times(tx: Connection, keys: Collection[int]) -> Mapping[int, tuple[float | None, float | None, str | None]]:
    unfinished = func.count().filter(tool_calls.c.status.in_(UNFINISHED))
    query = (
        select(
            tool_calls.c.message_key,
            func.min(tool_calls.c.started_at),
            func.max(tool_calls.c.finished_at),
            func.min(tool_calls.c.variant),
            unfinished,
        )
        .where(tool_calls.c.message_key.in_(keys), tool_calls.c.origin == "client")
        .group_by(tool_calls.c.message_key)
    )
    return {key: (start, None if open_ else end, variant) for key, start, end, variant, open_ in tx.execute(query)}
