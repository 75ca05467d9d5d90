"""Calls as clients see them, with what only the live workers can tell laid over their rows."""

from collections.abc import Collection
from typing import Any

import redis

from gateway.context import Gateway
from gateway.judge import waiting_note
from models.call import Call
from models.lifecycle import Status


def live_tools(gateway: Gateway) -> frozenset[str] | None:
    """Names of the tools that live workers offer; None when Redis cannot tell, and then nobody is blamed."""
    try:
        return gateway.catalog.live()
    except redis.RedisError:
        return None


def shown(call: Call, live: Collection[str] | None) -> dict[str, Any]:
    """The call's state; a queued one whose tool no live worker offers says so."""
    state = call.state()
    if call.status is not Status.QUEUED or live is None:
        return state
    note = waiting_note(call.name)
    if call.name not in live:
        return state | {"detail": {**call.detail, "note": note}}
    if call.detail.get("note") == note:
        return state | {"detail": {}}
    return state
