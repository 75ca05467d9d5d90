"""Calls as clients see them, with what only the live workers can tell laid over their rows."""

from collections.abc import Collection, Sequence
from typing import Any

import redis

from gateway.context import Gateway
from gateway.judge import waiting_note
from gateway.progress import with_progress
from models.call import Call
from models.lifecycle import Status


def live_tools(gateway: Gateway) -> frozenset[str] | None:
    """Names of the tools that live workers offer; None when Redis cannot tell, and then nobody is blamed."""
    try:
        return gateway.catalog.live()
    except redis.RedisError:
        return None


def shown(call: Call, live: Collection[str] | None) -> dict[str, Any]:
    """The call's state as its row has it; a queued one whose tool no live worker offers says so."""
    return _explained(call, call.state(), live)


def newest(gateway: Gateway, app_id: str, calls: Sequence[Call]) -> list[dict[str, Any]]:
    """The calls' states as watchers see them: with the newest streamed progress, where Redis can tell."""
    live = live_tools(gateway)
    try:
        states, _ = with_progress(gateway.history, app_id, calls)
    except redis.RedisError:
        states = [call.state() for call in calls]
    return [_explained(call, state, live) for call, state in zip(calls, states, strict=True)]


def _explained(call: Call, state: dict[str, Any], live: Collection[str] | None) -> dict[str, Any]:
    if call.status is not Status.QUEUED or live is None:
        return state
    note = waiting_note(call.name)
    if call.name not in live:
        return state | {"detail": {**call.detail, "note": note}}
    if call.detail.get("note") == note:
        return state | {"detail": {}}
    return state
