"""Submitting: a model's tool calls in, durable when the answer is sent."""

import structlog
from kombu.exceptions import KombuError
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import accepted
from gateway.body import parse_object, read_json_text
from gateway.context import Gateway, gateway_of, in_thread
from gateway.entry import read_entries
from gateway.judge import judge
from gateway.links import message_links
from gateway.names import app_of, message_of
from gateway.shown import shown
from gateway.trace import traceparent_of
from models.outcome import Outcome
from models.submit import submit

logger = structlog.get_logger()


async def post_calls(request: Request) -> Response:
    """Accept a batch of tool calls."""
    gateway, app_id, message_id = gateway_of(request), app_of(request), message_of(request)
    text = await read_json_text(request, gateway.settings.max_request_bytes)
    states = await in_thread(_accept, gateway, app_id, message_id, text, traceparent_of(request.headers))
    links = message_links(app_id, message_id)
    return accepted({"message_id": message_id, "tool_calls": states, "links": links})


def deliver(gateway: Gateway, outcome: Outcome) -> None:
    """Carry out what a committed change left to do. Never an error for the client: what it asked for is stored."""
    try:
        gateway.outbox.deliver(outcome)
    except (SQLAlchemyError, RedisError, KombuError, OSError):
        # The rows say what is due, and the reconciler does it.
        logger.exception("outcome-not-delivered")


def _accept(
    gateway: Gateway, app_id: str, message_id: str, text: bytes, traceparent: str | None
) -> list[dict[str, object]]:
    entries = read_entries(parse_object(text), gateway.settings.max_batch_calls)
    declared, live = gateway.catalog.declared(), gateway.catalog.live()
    calls = [judge(entry, declared, live) for entry in entries]
    cap = gateway.settings.app_concurrency
    with gateway.store.write() as tx:
        submission = submit(tx, app_id, message_id, calls, at=now(), cap=cap, traceparent=traceparent)
    deliver(gateway, submission.outcome)
    return [shown(call, live) for call in submission.calls]
