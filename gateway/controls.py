"""Controls of calls and messages: acknowledged here, at once; effective when the stream says so."""

from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.body import read_body
from gateway.context import Gateway, gateway_of, in_thread
from gateway.history import existing_call
from gateway.idempotent import Change, asked_of, change_once
from gateway.messages import existing_message
from gateway.names import app_of, call_of, message_of
from gateway.shown import live_tools, shown
from models.control import control_call, control_message
from models.outcome import Outcome
from models.steering import Control

CALL_CONTROLS = tuple(Control)
MESSAGE_CONTROLS = (Control.PAUSE, Control.RESUME, Control.CANCEL)
MOST_BODY = 64 * 1024


async def steer_call(request: Request) -> Response:
    """Pause, resume, cancel or retry one call."""
    names = app_of(request), message_of(request), call_of(request)
    return await _steer(request, partial(_steer_call, gateway_of(request), _control_of(request), *names))


async def steer_message(request: Request) -> Response:
    """Pause, resume or cancel all of a message's unfinished calls."""
    names = app_of(request), message_of(request)
    return await _steer(request, partial(_steer_message, gateway_of(request), _control_of(request), *names))


async def _steer(request: Request, change: Change) -> Response:
    # A control has no body; what a client sends all the same is only part of what an Idempotency-Key stands for.
    body = await read_body(request, MOST_BODY)
    return await in_thread(change_once, gateway_of(request), asked_of(request), body, change)


def _control_of(request: Request) -> Control:
    return Control(request.url.path.rpartition("/")[2])


def _steer_call(
    gateway: Gateway, control: Control, app_id: str, message_id: str, call_id: str, tx: Connection
) -> tuple[dict[str, Any], Outcome]:
    call = existing_call(tx, app_id, message_id, call_id)
    steered = control_call(tx, control, call, at=now(), cap=gateway.settings.app_concurrency)
    return shown(steered.calls[0], live_tools(gateway)), steered.outcome


def _steer_message(
    gateway: Gateway, control: Control, app_id: str, message_id: str, tx: Connection
) -> tuple[dict[str, Any], Outcome]:
    message = existing_message(tx, app_id, message_id)
    cap = gateway.settings.app_concurrency
    steered = control_message(tx, control, app_id, message.key, at=now(), cap=cap)
    live = live_tools(gateway)
    return {"message_id": message_id, "tool_calls": [shown(call, live) for call in steered.calls]}, steered.outcome
