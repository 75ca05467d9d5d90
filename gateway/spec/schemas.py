"""Models as one set of JSON Schemas that refer to each other, and the schema of an event stream. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from gateway.spec.event import LIVE

PLACE = "#/components/schemas/"
Schema = dict[str, Any]


class _Quiet(GenerateJsonSchema):
    """Without a title for every field, which says its name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas_of(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """The schemas of these models and of all that they refer to, by name."""
    _, found = models_json_schema(
        [(model, "validation") for model in sorted(set(models), key=lambda model: model.__name__)],
        ref_template=PLACE + "{model}",
        schema_generator=_Quiet,
    )
    schemas: dict[str, Schema] = found["$defs"]
    return schemas


def ref(kind: type[BaseModel] | str) -> Schema:
    """A reference to a schema."""
    return {"$ref": PLACE + (kind if isinstance(kind, str) else kind.__name__)}


def events_schema(items: Mapping[str, type[BaseModel] | str]) -> Schema:
    """One event of a stream that has these, as OpenAPI 3.2 says it (section 4.14.4, Sequential Media Types)."""
    fields: Schema = {
        "event": {"type": "string", "enum": list(items)},
        "id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9._-]{1,128}$",
            "description": "For Last-Event-ID. Every event but `end` has one of its own.",
        },
        "data": {"type": "string", "description": "One line of JSON."},
        "retry": {"type": "integer", "minimum": 0, "description": "Milliseconds; rides in the first event."},
    }
    kinds = [_event(name, kind) for name, kind in items.items()]
    return {"type": "object", "required": ["event", "data"], "properties": fields, "oneOf": kinds}


def _event(name: str, kind: type[BaseModel] | str) -> Schema:
    data = {"contentMediaType": "application/json", "contentSchema": ref(kind)}
    return {"title": name, "properties": {"event": {"const": name}, "data": data}}


def batch_schema() -> Schema:
    """What a `batch` event carries."""
    kinds = [
        {"type": "object", "title": name, "required": ["event", "data"], "properties": _batched(name, kind)}
        for name, kind in LIVE.items()
    ]
    return {
        "type": "object",
        "title": "EventBatch",
        "description": "What came within the time asked for, in order; its id is the last one's.",
        "required": ["events"],
        "properties": {"events": {"type": "array", "items": {"oneOf": kinds}, "minItems": 1}},
    }


def _batched(name: str, kind: type[BaseModel]) -> Schema:
    return {"event": {"const": name}, "data": ref(kind)}
