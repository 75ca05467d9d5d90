"""The AsyncAPI 3.1 document: the event streams as channels, with the same models as OpenAPI. Pure."""

from typing import Any

from pydantic import BaseModel

from gateway.identity import COOKIE
from gateway.spec.documented import Documented
from gateway.spec.paths.streams import STREAMS
from gateway.spec.schemas import batch_schema, ref, schemas_of

Node = dict[str, Any]

ABOUT = """The events of Toolreel's streams. Each stream is Server-Sent Events over HTTP GET: a message here is one event, its \
name the SSE event's name, its payload the JSON of the event's data. `/openapi.json` says how to open one."""
EVENT_ID = {
    "type": "object",
    "properties": {"id": {"type": "string", "description": "For Last-Event-ID."}},
}


def asyncapi(version: str) -> Node:
    """The document."""
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Toolreel events", "version": version, "description": ABOUT, "license": {"name": "MIT"}},
        "defaultContentType": "application/json",
        "servers": {"gateway": _server()},
        "channels": {one.id: _channel(one) for one in STREAMS},
        "operations": {one.id: _operation(one) for one in STREAMS},
        "components": {
            "messages": {_key(kind): _message(name, kind) for one in STREAMS for name, kind in _items(one).items()},
            "schemas": _plain(_schemas()),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key or a token."},
                "session": {"type": "httpApiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def _server() -> Node:
    return {
        "host": "{host}",
        "protocol": "http",
        "description": "The gateway.",
        "variables": {"host": {"default": "127.0.0.1:8000", "description": "Where it listens."}},
        "security": [{"$ref": "#/components/securitySchemes/bearer"}, {"$ref": "#/components/securitySchemes/session"}],
    }


def _channel(one: Documented) -> Node:
    return {
        "address": one.path,
        "title": one.summary,
        "description": one.description,
        "parameters": {
            parameter.name: {"description": parameter.description, "examples": [parameter.example]}
            for parameter in one.parameters
            if parameter.place == "path"
        },
        "messages": {name: {"$ref": f"#/components/messages/{_key(kind)}"} for name, kind in _items(one).items()},
    }


def _operation(one: Documented) -> Node:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{one.id}"},
        "summary": one.summary,
        "messages": [{"$ref": f"#/channels/{one.id}/messages/{name}"} for name in _items(one)],
        "bindings": {"http": {"method": "GET", "bindingVersion": "0.3.0"}},
    }


def _items(one: Documented) -> dict[str, type[BaseModel] | str]:
    return dict(one.answers[0].items)


def _key(kind: type[BaseModel] | str) -> str:
    return kind if isinstance(kind, str) else kind.__name__


def _message(name: str, kind: type[BaseModel] | str) -> Node:
    about = "What came within the time asked for." if isinstance(kind, str) else (kind.__doc__ or "").split("\n")[0]
    found = {"name": name, "title": name, "summary": about, "contentType": "application/json", "payload": ref(kind)}
    return found if name == "end" else found | {"headers": EVENT_ID}


def _schemas() -> dict[str, Node]:
    kinds = {kind for one in STREAMS for kind in _items(one).values()}
    found = schemas_of(kind for kind in kinds if not isinstance(kind, str))
    return dict(sorted((found | {"EventBatch": batch_schema()}).items()))


def _plain(value: Any) -> Any:
    """Without OpenAPI's `discriminator`, which in AsyncAPI is another thing; `oneOf` and `const` say the same."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _plain(one) for name, one in value.items() if name != "discriminator" or isinstance(one, str)}
