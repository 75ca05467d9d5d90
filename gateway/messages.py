"""A message: its calls and conversation, its results for the model, and the model's words."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import Json
from gateway.body import parse_model, read_json_text
from gateway.context import Gateway, gateway_of, in_thread
from gateway.history import calls_of
from gateway.idempotent import Asked, asked_of, change_once
from gateway.links import message_links
from gateway.names import app_of, message_of
from gateway.results import FORMATS, results
from gateway.shown import newest
from gateway.spec.message import TextRequest
from gateway.summary import about, summary
from gateway.wait import wait_of, wait_until_idle
from models.errors import Malformed, NotFound
from models.message import Message, add_text, find_message, open_message
from models.outcome import Outcome
from models.turn import lock_app


async def show_message(request: Request) -> Response:
    """The message with all its calls."""
    gateway, app_id, message_id = gateway_of(request), app_of(request), message_of(request)
    await wait_until_idle(gateway, app_id, message_id, wait_of(request))
    return Json(await in_thread(_read, gateway, app_id, message_id))


async def get_results(request: Request) -> Response:
    """The finished calls' results, as the model's API takes them back."""
    gateway, app_id, message_id = gateway_of(request), app_of(request), message_of(request)
    form = request.query_params.get("format", "openai")
    if form not in FORMATS:
        raise Malformed(f"format must be one of {', '.join(FORMATS)}")
    await wait_until_idle(gateway, app_id, message_id, wait_of(request))
    return Json(await in_thread(_read_results, gateway, app_id, message_id, form))


async def post_text(request: Request) -> Response:
    """Add the model's words to the conversation."""
    gateway, app_id, message_id = gateway_of(request), app_of(request), message_of(request)
    text = await read_json_text(request, gateway.settings.max_request_bytes)
    return await in_thread(_add_text, gateway, app_id, message_id, asked_of(request), text)


def existing_message(tx: Connection, app_id: str, message_id: str) -> Message:
    """Raises NotFound."""
    message = find_message(tx, app_id, message_id)
    if message is None:
        raise NotFound(f"the app {app_id} has no message {message_id}")
    return message


def _read(gateway: Gateway, app_id: str, message_id: str) -> dict[str, Any]:
    with gateway.store.read() as tx:
        message = existing_message(tx, app_id, message_id)
        calls = calls_of(tx, message.key)
        told = about(tx, [message.key])[message.key]
    return {
        **summary(message, told),
        "flow": message.flow,
        "tool_calls": newest(gateway, app_id, calls),
        "links": message_links(app_id, message_id),
    }


def _read_results(gateway: Gateway, app_id: str, message_id: str, form: str) -> dict[str, Any]:
    with gateway.store.read() as tx:
        message = existing_message(tx, app_id, message_id)
        calls = calls_of(tx, message.key)
    return {"message_id": message.id, "status": message.status, "format": form, "results": results(calls, form)}


def _add_text(gateway: Gateway, app_id: str, message_id: str, asked: Asked, body: bytes) -> Response:
    text = parse_model(body, TextRequest).text

    def store(tx: Connection) -> tuple[dict[str, Any], Outcome]:
        lock_app(tx, app_id, at := now())
        message = add_text(tx, open_message(tx, app_id, message_id, at), text)
        return {"message_id": message_id, "flow": message.flow}, Outcome(messages=[message])

    return change_once(gateway, asked, body, store)
