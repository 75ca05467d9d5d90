"""Arguments against a tool's JSON Schema, with problems said in words that help a model to correct itself. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from models.declaration import PATH_FORMAT
from models.jsontext import encode
from models.path import normalise

MOST_PROBLEMS = 10
MOST_SHOWN = 80
FORMATS = FormatChecker(formats=())


@FORMATS.checks(PATH_FORMAT, raises=ValueError)
def _is_path(value: object) -> bool:
    return not isinstance(value, str) or bool(normalise(value))


def problems(parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    """What is wrong with the arguments, a sentence for each problem, at most ten; empty when nothing is."""
    errors = sorted(_validator(orjson.dumps(parameters)).iter_errors(arguments), key=lambda error: error.json_path)
    found = list(dict.fromkeys(sentence for error in errors for sentence in _sentences(error)))
    if len(found) <= MOST_PROBLEMS:
        return found
    return [*found[:MOST_PROBLEMS], f"and {len(found) - MOST_PROBLEMS} more problems"]


def expected(parameters: Mapping[str, Any]) -> str:
    """The arguments that a tool takes, in a line, like `file_path (string, required), lines (string or null)`."""
    fields = parameters.get("properties", {})
    required = parameters.get("required", ())
    return ", ".join(
        f"{name} ({_kind(field)}{', required' if name in required else ''})" for name, field in fields.items()
    )


@lru_cache(maxsize=256)
def _validator(parameters: bytes) -> Draft202012Validator:
    return Draft202012Validator(orjson.loads(parameters), format_checker=FORMATS)


def _sentences(error: ValidationError) -> Iterator[str]:
    place = error.json_path.removeprefix("$").removeprefix(".")
    prefix = f"{place}." if place else ""
    wanted: Any = error.validator_value
    value: Any = error.instance
    if error.validator == "required":
        yield from (f"{prefix}{name} is missing" for name in wanted if name not in value)
    elif error.validator == "additionalProperties" and wanted is False:
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        yield from (f"{prefix}{_short(name)} is no argument of this tool" for name in value if name not in known)
    else:
        yield f"{place or 'the arguments'} {_words(error)}"


def _words(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "type":
            return f"must be {_types(wanted)}, not {_type_of(value)}"
        case "format":
            return str(error.cause or f"must be a {wanted}")
        case "enum" | "const":
            choices = wanted if error.validator == "enum" else [wanted]
            return f"must be one of {', '.join(_short(choice) for choice in choices)}, not {_short(value)}"
        case "minLength" | "maxLength" if isinstance(value, str):
            return f"must have at {_bound(error)} {wanted} characters, not {len(value)}"
        case "minItems" | "maxItems" if isinstance(value, list):
            return f"must have at {_bound(error)} {wanted} entries, not {len(value)}"
        case "minimum" | "maximum":
            return f"must be at {_bound(error)} {wanted}, not {_short(value)}"
        case "pattern":
            return f"must match {wanted}, not {_short(value)}"
        case "anyOf" | "oneOf":
            return " or ".join(dict.fromkeys(_words(inner) for inner in error.context or ())) or "fits no allowed form"
        case kind:
            return f"breaks the rule {kind} {_short(wanted)}: {_short(value)}"


def _bound(error: ValidationError) -> str:
    return "least" if str(error.validator).startswith("min") else "most"


def _kind(field: Any) -> str:
    if not isinstance(field, dict):
        return "anything"
    if "anyOf" in field:
        return " or ".join(_kind(form) for form in field["anyOf"])
    if "enum" in field:
        return "one of " + ", ".join(_short(choice) for choice in field["enum"])
    kind = field.get("type", "anything")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _types(wanted: Any) -> str:
    names = wanted if isinstance(wanted, list) else [wanted]
    return " or ".join("null" if name == "null" else f"of type {name}" for name in names)


def _type_of(value: object) -> str:
    kinds: dict[type, str] = {str: "string", bool: "boolean", type(None): "null", list: "array", dict: "object"}
    return kinds.get(type(value), "number")


def _short(value: Any) -> str:
    text = encode(value).decode()
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"
