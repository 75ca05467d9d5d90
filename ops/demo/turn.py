"""The recorded model turn: one JSON object a line, `{"message_id", "text"?, "tool_calls": […], "fails"?: [id…]}`.

Lines with the same message_id are parts of one message, as a model streams them; `fails` names calls that are meant to.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from ops.errors import OpsError

TURN = Path(__file__).with_name("turn.jsonl")


@dataclass(frozen=True)
class ToolCall:
    """A recorded call; `entry` is what the model gave, verbatim."""

    id: str
    name: str
    arguments: dict[str, Any]
    entry: dict[str, Any]


@dataclass(frozen=True)
class Part:
    """What a model says at once: some words, then calls."""

    message_id: str
    text: str
    calls: tuple[ToolCall, ...]
    fails: frozenset[str]


def read_turn(path: Path = TURN) -> list[list[Part]]:
    """The messages of the turn, each in its parts. Raises OpsError naming the line that is no part."""
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [_part(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]
    return [list(group) for _, group in groupby(parts, lambda part: part.message_id)]


def all_calls(messages: Sequence[Sequence[Part]]) -> list[ToolCall]:
    """Every call of the turn, in order."""
    return [call for message in messages for part in message for call in part.calls]


def meant_to_fail(messages: Sequence[Sequence[Part]]) -> frozenset[str]:
    return frozenset(id_ for message in messages for part in message for id_ in part.fails)


def correction(calls: Sequence[ToolCall], failed: ToolCall) -> ToolCall | None:
    """The first call after a failed one that tries the same again, with other arguments."""
    later = calls[calls.index(failed) + 1 :]
    return next((call for call in later if _aim(call) == _aim(failed)), None)


def changed_arguments(failed: ToolCall, corrected: ToolCall) -> dict[str, Any]:
    """What the model gave differently the second time."""
    return {name: value for name, value in corrected.arguments.items() if failed.arguments.get(name) != value}


def _aim(call: ToolCall) -> tuple[str, Any, Any]:
    return call.name, call.arguments.get("file_path"), call.arguments.get("search")


def _part(line: str, place: str) -> Part:
    try:
        entry = json.loads(line)
        calls = tuple(map(_call, entry["tool_calls"]))
        return Part(entry["message_id"], entry.get("text", ""), calls, frozenset(entry.get("fails", ())))
    except (ValueError, KeyError, TypeError) as error:
        raise OpsError(f"{place}: this is no part of a message ({error!r})") from error


def _call(entry: dict[str, Any]) -> ToolCall:
    if entry["type"] == "function":
        function = entry["function"]
        return ToolCall(entry["id"], function["name"], json.loads(function["arguments"]), entry)
    return ToolCall(entry["id"], entry["name"], entry["input"], entry)
