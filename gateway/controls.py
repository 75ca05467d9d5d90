"""Controls of calls and messages: who they are for is checked; doing them is not served yet."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.context import Gateway, gateway_of, in_thread
from gateway.history import find_call
from gateway.messages import existing_message
from gateway.names import app_of, call_of, message_of
from models.errors import NotFound, NotImplementedYet

CALL_CONTROLS = ("pause", "resume", "cancel", "retry")
MESSAGE_CONTROLS = ("pause", "resume", "cancel")


async def control_call(request: Request) -> Response:
    """Pause, resume, cancel or retry one call."""
    names = app_of(request), message_of(request), call_of(request)
    await in_thread(_check_call, gateway_of(request), *names)
    raise NotImplementedYet("tool calls cannot be controlled yet")


async def control_message(request: Request) -> Response:
    """Pause, resume or cancel all of a message's unfinished calls."""
    await in_thread(_check_message, gateway_of(request), app_of(request), message_of(request))
    raise NotImplementedYet("messages cannot be controlled yet")


def _check_call(gateway: Gateway, app_id: str, message_id: str, call_id: str) -> None:
    with gateway.store.read() as tx:
        if find_call(tx, app_id, message_id, call_id) is None:
            raise NotFound(f"the message {message_id} of app {app_id} has no tool call {call_id}")


def _check_message(gateway: Gateway, app_id: str, message_id: str) -> None:
    with gateway.store.read() as tx:
        existing_message(tx, app_id, message_id)
