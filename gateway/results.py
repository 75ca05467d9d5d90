"""Finished calls as results, in the shape that each model's API takes back. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from models.call import Call
from models.jsontext import encode
from models.lifecycle import Status

CANCELLED = "The tool call was cancelled before it took effect; it has changed nothing."


def results(calls: Iterable[Call], form: str) -> list[dict[str, Any]]:
    """A result for each final call, in the order given; the system's own calls are left out. `form` is one of FORMATS."""
    write = FORMATS[form]
    return [write(call) for call in calls if call.final and call.origin == "client"]


def content(call: Call) -> str:
    """What the model reads of a call that is final."""
    if call.status is Status.SUCCEEDED:
        return _text(call.result or {})
    if call.error:
        return f"{call.error['title']}: {call.error['detail']}"
    return CANCELLED


def _text(result: dict[str, Any]) -> str:
    text = result.get("text")
    return text if isinstance(text, str) else encode(result).decode()


def _openai(call: Call) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call.id, "content": content(call)}


def _openai_responses(call: Call) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call.id, "output": content(call)}


def _anthropic(call: Call) -> dict[str, Any]:
    failed = call.status is not Status.SUCCEEDED
    return {"type": "tool_result", "tool_use_id": call.id, "content": content(call), "is_error": failed}


def _plain(call: Call) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "status": call.status, "result": call.result, "error": call.error}


FORMATS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "openai": _openai,
    "openai-responses": _openai_responses,
    "anthropic": _anthropic,
    "plain": _plain,
}
