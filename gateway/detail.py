"""What belongs to a call and is too big for its state: its arguments, its moves, and the lines that were logged in it."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from gateway.answer import Json
from gateway.context import Gateway, gateway_of, in_thread
from gateway.history import existing_call
from gateway.names import app_of, call_of, message_of
from models.call import Call, instant
from models.jsontext import encode
from models.tables import tool_calls

MOST_BYTES = 64 * 1024
MOST_LINES = 1000
KEPT = ("version", "move", "status", "stage", "attempt", "progress", "waiting_for", "detail", "error")
# Lines are told a moment after they were written, and clocks of two machines differ a little.
SLACK_MS = 2000


async def show_arguments(request: Request) -> Response:
    """A call's arguments, whole, as the model gave them."""
    names = app_of(request), message_of(request), call_of(request)
    return Json(await in_thread(_read_arguments, gateway_of(request), *names))


async def show_log(request: Request) -> Response:
    """The last lines that a call logged, as far as the event log still holds them."""
    names = app_of(request), message_of(request), call_of(request)
    return Json(await in_thread(_read_log, gateway_of(request), *names))


def beginning(tx: Connection, call: Call) -> dict[str, Any]:
    """A call's arguments as JSON text, cut when they are long."""
    content = encode(_arguments(tx, call))
    text = content[:MOST_BYTES].decode(errors="ignore")
    return {"text": text, "bytes": len(content), "whole": len(content) <= MOST_BYTES}


def shown_moves(call: Call, moves: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """A call's moves as clients see them: the stage by its name, None when there is none left."""
    names = [stage["name"] for stage in call.stages]
    return [
        {name: move[name] for name in KEPT}
        | {"stage": names[move["stage"]] if move["stage"] < len(names) else None, "at": instant(move["at"])}
        for move in moves
    ]


def _arguments(tx: Connection, call: Call) -> Any:
    return tx.execute(select(tool_calls.c.arguments).where(tool_calls.c.key == call.key)).scalar_one()


def _read_arguments(gateway: Gateway, app_id: str, message_id: str, call_id: str) -> Any:
    with gateway.store.read() as tx:
        return _arguments(tx, existing_call(tx, app_id, message_id, call_id))


def _read_log(gateway: Gateway, app_id: str, message_id: str, call_id: str) -> dict[str, Any]:
    with gateway.store.read() as tx:
        call = existing_call(tx, app_id, message_id, call_id)
    since = round(call.submitted_at * 1000) - SLACK_MS
    until = None if call.finished_at is None else round(call.finished_at * 1000) + SLACK_MS
    lines: list[dict[str, Any]] = []
    for event in gateway.history.backwards(app_id, "log", message_id, since_ms=since, until_ms=until):
        data = orjson.loads(event.data)
        if data["tool_call_id"] == call_id:
            lines += [_line(event.id.ms, data, text) for text in reversed(data["lines"])]
        if len(lines) > MOST_LINES:
            break
    return {"lines": lines[:MOST_LINES][::-1], "whole": len(lines) <= MOST_LINES}


def _line(ms: int, data: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {"at": instant(ms / 1000), "attempt": data["attempt"], "stage": data["stage"], "text": text}
