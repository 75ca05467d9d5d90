"""Holding an answer until a message is idle."""

import time

import anyio
import redis
from starlette.requests import Request

from gateway.context import Gateway, in_thread
from gateway.reader import Reader
from models.errors import Malformed
from models.message import Message, find_message

MOST_SECONDS = 60
LOOK_SECONDS = 1.0


def wait_of(request: Request) -> float:
    """The seconds of `?wait=`, 0 when it is not there. Raises Malformed."""
    given = request.query_params.get("wait", "0")
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        raise Malformed(f"wait must be a whole number of seconds, at most {MOST_SECONDS}")
    return min(int(given), MOST_SECONDS)


async def wait_until_idle(gateway: Gateway, app_id: str, message_id: str, seconds: float) -> None:
    """Return when the message is idle or unknown, or that many seconds have passed."""
    end = time.monotonic() + seconds
    if not seconds or not await in_thread(_is_running, gateway, app_id, message_id):
        return
    try:
        async with gateway.hub.reader(app_id, message_id) as reader:
            await _watch(gateway, reader, app_id, message_id, end)
    except redis.RedisError:
        # Without events the row itself is looked at.
        await _look(gateway, app_id, message_id, end)


async def _watch(gateway: Gateway, reader: Reader, app_id: str, message_id: str, end: float) -> None:
    while (left := end - time.monotonic()) > 0 and await in_thread(_is_running, gateway, app_id, message_id):
        await _turn(reader, min(left, LOOK_SECONDS))


async def _look(gateway: Gateway, app_id: str, message_id: str, end: float) -> None:
    while time.monotonic() < end and await in_thread(_is_running, gateway, app_id, message_id):  # noqa: ASYNC110
        await anyio.sleep(LOOK_SECONDS)


async def _turn(reader: Reader, seconds: float) -> None:
    """Return when the message turned, when events were lost, or when that many seconds have passed."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not (reader.resync or reader.over):
        if any(frame.event.kind == "message" for frame in await reader.take(left)):
            return
    reader.resync = False
    if reader.over:
        # A reader that was cut off never waits again.
        await anyio.sleep(left)


def _is_running(gateway: Gateway, app_id: str, message_id: str) -> bool:
    message = _find(gateway, app_id, message_id)
    return message is not None and message.status == "running"


def _find(gateway: Gateway, app_id: str, message_id: str) -> Message | None:
    with gateway.store.read() as tx:
        return find_message(tx, app_id, message_id)
