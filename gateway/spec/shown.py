"""JSON Schemas in words and tables of HTML, for the reference page. Pure."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

Schema = dict[str, Any]

LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "pattern": "like <code>{}</code>",
    "default": "by default <code>{}</code>",
}


def code(value: Any) -> str:
    """A value as JSON, to read."""
    return f"<pre><code>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</code></pre>"


def kind(schema: Schema) -> str:
    """What a value is, in a line: its type, linked when it has a name, and its limits."""
    if "format" in schema and "pattern" in schema:
        return f"{_type(schema)} ({schema['format']})"
    limits = [words.format(escape(_value(schema[name]))) for name, words in LIMITS.items() if name in schema]
    return ", ".join([_type(schema), *limits])


def schema_rows(schema: Schema) -> str:
    """An object's fields, or what else a named schema is."""
    if "properties" not in schema:
        return f"<p>{kind(schema)}</p>"
    required = schema.get("required", [])
    return f"<dl>{''.join(_field(name, one, required) for name, one in schema['properties'].items())}</dl>"


def _field(name: str, schema: Schema, required: list[str]) -> str:
    optional = "" if name in required else " <em>optional</em>"
    about = f"<p>{inline(schema['description'])}</p>" if "description" in schema else ""
    inner = schema_rows(schema) if "properties" in schema else ""
    return f"<dt><code>{escape(name)}</code>{optional}</dt><dd><p>{kind(schema)}</p>{about}{inner}</dd>"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#schema-{name}">{name}</a>'
    if "const" in schema:
        return "null" if schema["const"] is None else f"<code>{escape(_value(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(_value(one))}</code>" for one in schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_alternatives(choices)))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("type", "any JSON")))


def _alternatives(choices: list[Schema]) -> Iterator[str]:
    for one in choices:
        fields = one.get("properties", {})
        yield f"{one['title']} ({kind(fields['data'])})" if "title" in one and "data" in fields else kind(one)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def inline(text: str) -> str:
    """A sentence with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
