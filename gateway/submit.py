"""Submitting: a model's tool calls in, durable when the answer is sent."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.body import parse_object, read_json_text
from gateway.context import Gateway, gateway_of, in_thread
from gateway.entry import read_entries
from gateway.idempotent import Asked, asked_of, change_once
from gateway.judge import judge
from gateway.links import message_links
from gateway.names import app_of, message_of
from gateway.shown import shown
from gateway.trace import traceparent_of
from models.outcome import Outcome
from models.submit import submit


async def post_calls(request: Request) -> Response:
    """Accept a batch of tool calls."""
    gateway, app_id, message_id = gateway_of(request), app_of(request), message_of(request)
    text = await read_json_text(request, gateway.settings.max_request_bytes)
    return await in_thread(
        _accept, gateway, app_id, message_id, asked_of(request), text, traceparent_of(request.headers)
    )


def _accept(
    gateway: Gateway, app_id: str, message_id: str, asked: Asked, text: bytes, traceparent: str | None
) -> Response:
    entries = read_entries(parse_object(text), gateway.settings.max_batch_calls)
    declared, live = gateway.catalog.declared(), gateway.catalog.live()
    calls = [judge(entry, declared, live) for entry in entries]
    cap = gateway.settings.app_concurrency

    def store(tx: Connection) -> tuple[dict[str, Any], Outcome]:
        submission = submit(tx, app_id, message_id, calls, at=now(), cap=cap, traceparent=traceparent)
        states = [shown(call, live) for call in submission.calls]
        links = message_links(app_id, message_id)
        return {"message_id": message_id, "tool_calls": states, "links": links}, submission.outcome

    return change_once(gateway, asked, text, store)
