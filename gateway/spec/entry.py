"""The schema of a submit's body, made from the same table of shapes that reads it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.entry import PLAIN, SHAPES, Shape
from gateway.names import CALL_ID

Schema = dict[str, Any]

NAMES = {
    "function": ("OpenaiToolCall", "A tool call of OpenAI's chat completions."),
    "function_call": ("OpenaiResponsesToolCall", "A tool call of OpenAI's responses."),
    "tool_use": ("AnthropicToolCall", "A tool call of Anthropic's messages."),
    None: ("PlainToolCall", "A tool call in Toolreel's own shape, without a type."),
}
ID = {"type": "string", "pattern": f"^{CALL_ID.pattern}$", "description": "The model's id of the call."}
NAME = {"type": "string", "minLength": 1, "description": "The tool."}
TEXT = {"type": "string", "contentMediaType": "application/json"}
ANY = "By the tool's schema; anything that breaks it is the model's mistake: the call is then `failed` at once."
ARGUMENTS = {"file_path": "src/hello.py", "content": "print(1)\n"}
EXAMPLES: dict[str | None, Schema] = {
    "function": {
        "id": "call_1",
        "type": "function",
        "function": {"name": "os-write", "arguments": '{"file_path": "src/hello.py", "content": "print(1)\\n"}'},
    },
    "function_call": {
        "type": "function_call",
        "call_id": "call_1",
        "name": "os-write",
        "arguments": '{"file_path": "src/hello.py", "content": "print(1)\\n"}',
    },
    "tool_use": {"type": "tool_use", "id": "toolu_1", "name": "os-write", "input": ARGUMENTS},
    None: {"id": "call_1", "name": "os-write", "arguments": ARGUMENTS},
}


def entry_schemas() -> dict[str, Schema]:
    """The four shapes of a submitted call, by the names that they have among the schemas."""
    shapes: Mapping[str | None, Shape] = dict(SHAPES) | {None: PLAIN}
    return {NAMES[kind][0]: _entry(kind, shape) for kind, shape in shapes.items()}


def body_schema(most: int) -> Schema:
    """The body that submits them, at most so many at once."""
    entry = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name, _ in NAMES.values()]}
    calls = {
        "type": "array",
        "items": entry,
        "minItems": 1,
        "maxItems": most,
        "description": "As a model gave them, in its order. Fields that are not named here are ignored.",
    }
    return {"type": "object", "title": "Submission", "required": ["tool_calls"], "properties": {"tool_calls": calls}}


def body_examples() -> dict[str, Any]:
    """A body in each shape."""
    return {
        NAMES[kind][0]: {"summary": NAMES[kind][1], "value": {"tool_calls": [call]}} for kind, call in EXAMPLES.items()
    }


def _entry(kind: str | None, shape: Shape) -> Schema:
    title, description = NAMES[kind]
    schema: Schema = {"type": "object", "title": title, "description": description, "required": [], "properties": {}}
    _place(schema, ["type"], {"const": kind})
    if kind is None:
        # A vendor's own dump of a model may say null for what is not there.
        schema["required"].remove("type")
    _place(schema, shape.id, ID)
    _place(schema, shape.name, NAME)
    _place(schema, shape.arguments, {**(TEXT if shape.as_text else {}), "description": ANY})
    return schema


def _place(schema: Schema, path: Sequence[str], field: Schema) -> None:
    """Put a required field at a path of an object's schema."""
    name, *rest = path
    if name not in schema["required"]:
        schema["required"].append(name)
    if not rest:
        schema["properties"][name] = field
        return
    inner = schema["properties"].setdefault(name, {"type": "object", "required": [], "properties": {}})
    _place(inner, rest, field)
