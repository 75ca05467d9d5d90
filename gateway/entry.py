"""A submitted tool call in any of the four shapes in which models give them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any

from gateway.body import is_too_deep
from gateway.names import CALL_ID
from models.errors import Malformed, TooLarge
from models.jsontext import decode

MISSING = object()
NO_CALL = (
    "must be function, function_call or tool_use, or be left out of a plain entry; leave out text, reasoning, custom calls "
    "and tools that the vendor runs itself"
)


@dataclass(frozen=True)
class Entry:
    """What a model asked for. `mistake` says why its arguments are no JSON object; they are then kept as they came."""

    id: str
    name: str
    arguments: Any
    mistake: str | None = None


@dataclass(frozen=True)
class Shape:
    """Where a shape keeps a call's id, name and arguments, and whether the arguments are JSON text."""

    id: Sequence[str]
    name: Sequence[str]
    arguments: Sequence[str]
    as_text: bool


PLAIN = Shape(["id"], ["name"], ["arguments"], as_text=False)
SHAPES = {
    "function": Shape(["id"], ["function", "name"], ["function", "arguments"], as_text=True),
    "function_call": Shape(["call_id"], ["name"], ["arguments"], as_text=True),
    "tool_use": Shape(["id"], ["name"], ["input"], as_text=False),
}


def read_entries(body: dict[str, Any], most: int) -> list[Entry]:
    """The calls of a submit's body. Raises Malformed, naming each entry that is none, and TooLarge for too many."""
    raws = body.get("tool_calls")
    if not isinstance(raws, list) or not raws:
        problem = {"pointer": "/tool_calls", "detail": "must be a list of at least one tool call"}
        raise Malformed("the body must have a list tool_calls", errors=[problem])
    if len(raws) > most:
        raise TooLarge(f"a batch may have at most {most} tool calls, not {len(raws)}")
    wrong = [problem for index, raw in enumerate(raws) for problem in _problems(index, raw)]
    if wrong:
        raise Malformed(_summary(wrong, len(raws)), errors=wrong)
    return [_read(raw) for raw in raws]


def _read(raw: dict[str, Any]) -> Entry:
    shape = _shape(raw) or PLAIN
    id_, name, arguments = _dig(raw, shape.id), _dig(raw, shape.name), _dig(raw, shape.arguments)
    if not shape.as_text:
        return Entry(id_, name, arguments, _not_object(arguments))
    try:
        # Some servers send no text at all for a call without arguments.
        value = decode(arguments or "{}")
    except JSONDecodeError as error:
        return Entry(id_, name, arguments, f"the arguments are not JSON: {error}")
    mistake = "the arguments are nested too deeply" if is_too_deep(value) else _not_object(value)
    return Entry(id_, name, arguments if mistake else value, mistake)


def _problems(index: int, raw: object) -> list[dict[str, Any]]:
    """What makes an entry no tool call at all: the client's mistakes."""
    found = [("", "must be an object")] if not isinstance(raw, dict) else _shape_problems(raw)
    return [{"index": index, "pointer": f"/tool_calls/{index}{place}", "detail": detail} for place, detail in found]


def _shape_problems(raw: dict[str, Any]) -> list[tuple[str, str]]:
    shape = _shape(raw)
    if shape is None:
        return [("/type", NO_CALL)]
    id_, name, arguments = _dig(raw, shape.id), _dig(raw, shape.name), _dig(raw, shape.arguments)
    found = []
    if not isinstance(id_, str) or not CALL_ID.fullmatch(id_):
        found.append((_pointer(shape.id), "must be 1 to 128 letters, digits, _ . : and -"))
    if not isinstance(name, str) or not name:
        found.append((_pointer(shape.name), "must be the tool's name"))
    if arguments is MISSING:
        found.append((_pointer(shape.arguments), "is missing"))
    elif shape.as_text and not isinstance(arguments, str):
        found.append((_pointer(shape.arguments), "must be JSON as text in this shape"))
    return found


def _shape(raw: dict[str, Any]) -> Shape | None:
    kind = raw.get("type")
    if kind is None:
        return PLAIN
    return SHAPES.get(kind) if isinstance(kind, str) else None


def _dig(raw: Any, place: Sequence[str]) -> Any:
    for name in place:
        raw = raw.get(name, MISSING) if isinstance(raw, dict) else MISSING
    return raw


def _pointer(place: Sequence[str]) -> str:
    return "".join(f"/{name}" for name in place)


def _not_object(value: object) -> str | None:
    if isinstance(value, dict):
        return None
    kinds = {str: "text", bool: "a boolean", type(None): "null", list: "a list"}
    return f"the arguments must be a JSON object, not {kinds.get(type(value), 'a number')}"


def _summary(wrong: Sequence[dict[str, Any]], total: int) -> str:
    entries = len({problem["index"] for problem in wrong})
    return f"{entries} of {total} entries are no tool calls, so none was accepted: {wrong[0]['pointer']} {wrong[0]['detail']}"
