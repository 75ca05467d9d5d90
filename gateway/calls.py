"""A single call with its timeline, and an app's history of calls and messages."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.answer import Json
from gateway.context import Gateway, gateway_of, in_thread
from gateway.detail import beginning, shown_moves
from gateway.history import MESSAGE_STATUSES, existing_call, moves_of, newest_calls, newest_messages
from gateway.names import app_of, call_of, message_of
from gateway.page import Page, page_of
from gateway.shown import live_tools, newest, shown
from gateway.summary import about, summary
from gateway.timeline import timeline
from models.errors import Malformed
from models.lifecycle import Status


async def show_call(request: Request) -> Response:
    """A call's state, with its arguments, its timeline and its moves."""
    names = app_of(request), message_of(request), call_of(request)
    return Json(await in_thread(_read, gateway_of(request), *names))


async def list_calls(request: Request) -> Response:
    """An app's calls, newest first; `status` takes several, separated by commas."""
    app_id, page, statuses = app_of(request), page_of(request), _statuses(request)
    name = _name_of(request)
    return Json(await in_thread(_page_of_calls, gateway_of(request), app_id, page, statuses, name))


async def list_messages(request: Request) -> Response:
    """An app's messages, newest first."""
    app_id, page, status = app_of(request), page_of(request), message_status_of(request)
    return Json(await in_thread(page_of_messages, gateway_of(request), app_id, None, page, status))


def page_of_messages(
    gateway: Gateway, app_id: str | None, message_id: str | None, page: Page, status: str | None
) -> dict[str, Any]:
    """A page of messages: of one app, or of all, or (when `message_id` is given) only those called so."""
    with gateway.store.read() as tx:
        messages = newest_messages(
            tx, app_id=app_id, message_id=message_id, before=page.before, limit=page.limit + 1, status=status
        )
        told = about(tx, [message.key for message in messages])
    found = [summary(message, told[message.key]) for message in messages[: page.limit]]
    return {"messages": found, "next": page.after([message.key for message in messages])}


def message_status_of(request: Request) -> str | None:
    """Which messages a request asks for. Raises Malformed."""
    status = request.query_params.get("status")
    if status is not None and status not in MESSAGE_STATUSES:
        raise Malformed(f"status must be one of {', '.join(MESSAGE_STATUSES)}")
    return status


def _statuses(request: Request) -> list[str]:
    given = [name for text in request.query_params.getlist("status") for name in text.split(",")]
    if any(name not in list(Status) for name in given):
        raise Malformed(f"status must be one or more of {', '.join(Status)}")
    return given


def _name_of(request: Request) -> str | None:
    name = request.query_params.get("name")
    if name is not None and "\0" in name:
        raise Malformed("name must be the name of a tool, which has no NUL")
    return name


def _read(gateway: Gateway, app_id: str, message_id: str, call_id: str) -> dict[str, Any]:
    with gateway.store.read() as tx:
        call = existing_call(tx, app_id, message_id, call_id)
        moves, arguments = moves_of(tx, call.key), beginning(tx, call)
    more = {"arguments": arguments, "timeline": timeline(call, moves), "moves": shown_moves(call, moves)}
    return newest(gateway, app_id, [call])[0] | more


def _page_of_calls(gateway: Gateway, app_id: str, page: Page, statuses: list[str], name: str | None) -> dict[str, Any]:
    with gateway.store.read() as tx:
        calls = newest_calls(tx, app_id, before=page.before, limit=page.limit + 1, statuses=statuses, name=name)
    live = live_tools(gateway)
    states = [shown(call, live) for call in calls[: page.limit]]
    return {"tool_calls": states, "next": page.after([call.key for call in calls])}
