"""The OpenAPI 3.2 document, built from the tables of operations and their models. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from gateway.auth import Need
from gateway.identity import COOKIE
from gateway.spec.documented import JSON, Answer, Body, Documented
from gateway.spec.entry import body_schema, entry_schemas
from gateway.spec.event import LIVE
from gateway.spec.paths import DOCUMENTED, TAGS
from gateway.spec.problem import Problem
from gateway.spec.schemas import batch_schema, events_schema, ref, schemas_of
from models.errors import (
    Forbidden,
    Malformed,
    NotFound,
    RequestTimeout,
    TooLarge,
    ToolreelError,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from models.identity import Grant

Node = dict[str, Any]
Needs = Mapping[tuple[str, str], Need]

ABOUT = """Toolreel runs the tool calls of AI agents as distributed tasks that people can watch and steer.

All JSON is UTF-8 in snake_case; times are RFC 3339 in UTC with milliseconds; durations say their unit. Answers may get more \
fields, never fewer. `HEAD` works wherever `GET` does. Every error is problem details (RFC 9457) with a stable `type`.

Send an API key or a token as `Authorization: Bearer …`; browsers may trade either for a cookie. No secret is taken from \
a URL. Each operation says which grant its caller needs; an API key has all."""
HEADERS: dict[str, Node] = {
    "ETag": {
        "description": "Names this content.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}([.](tar[.]gz|zip))?"$'},
    },
    "Content-Disposition": {"description": "Always an attachment.", "schema": {"type": "string"}},
    "Set-Cookie": {"description": f"The cookie `{COOKIE}`.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "Asks for a bearer.", "schema": {"type": "string"}},
}
PROBLEM_HEADERS = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}


def openapi(version: str, needs: Needs, most_calls: int) -> Node:
    """The document. `needs` says what each (method, path) needs of its caller; what it leaves out is open to all."""
    return {
        "openapi": "3.2.0",
        "info": {
            "title": "Toolreel",
            "version": version,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This gateway."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": _paths(needs),
        "components": {
            "schemas": _schemas(most_calls),
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key or a token."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "From `POST /v1/session`.",
                },
            },
        },
    }


def _schemas(most_calls: int) -> dict[str, Node]:
    made = {"Submission": body_schema(most_calls), "EventBatch": batch_schema(), **entry_schemas()}
    return dict(sorted((schemas_of({Problem, *LIVE.values(), *_models()}) | made).items()))


def _models() -> Iterator[type[BaseModel]]:
    for one in DOCUMENTED:
        kinds = [kind for answer in one.answers for kind in (answer.kind, *answer.items.values())]
        kinds.append(one.body.kind if one.body else None)
        yield from (kind for kind in kinds if isinstance(kind, type))


def _paths(needs: Needs) -> Node:
    paths: Node = {}
    for one in DOCUMENTED:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, needs.get((one.method, one.path)))
    return paths


def _operation(one: Documented, need: Need | None) -> Node:
    found: Node = {"operationId": one.id, "tags": [one.tag], "summary": one.summary}
    if text := "\n\n".join(part for part in (one.description, _grant(need)) if part):
        found["description"] = text
    if one.parameters:
        found["parameters"] = [parameter.rendered() for parameter in one.parameters]
    if one.body:
        found["requestBody"] = _body(one.body)
    found["responses"] = {str(answer.status): _answer(answer) for answer in one.answers} | _problems(one, need)
    return found | {"security": _security(one, need)}


def _grant(need: Need | None) -> str:
    if isinstance(need, Grant):
        return f"Needs the grant `{need}`."
    return {"key": "Needs an API key; no token will do.", "anyone": "Any key, token or session will do."}.get(
        need or "", ""
    )


def _security(one: Documented, need: Need | None) -> list[dict[str, list[str]]]:
    if need is None:
        return []
    roles = [str(need)] if isinstance(need, Grant) else []
    only_bearer = one.bearer_only or need == "key"
    return [{"bearer": roles}] if only_bearer else [{"bearer": roles}, {"session": roles}]


def _body(body: Body) -> Node:
    content: Node = {media: {} if body.kind is None else {"schema": ref(body.kind)} for media in body.media}
    if body.examples:
        content[JSON]["examples"] = body.examples
    return {"required": body.required, "content": content}


def _answer(answer: Answer) -> Node:
    found: Node = {"description": answer.description}
    if answer.headers:
        found["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    if answer.items:
        return found | {"content": {media: {"itemSchema": events_schema(answer.items)} for media in answer.media}}
    if answer.media:
        found["content"] = {media: _content(answer, media) for media in answer.media}
    return found


def _content(answer: Answer, media: str) -> Node:
    return {"schema": ref(answer.kind)} if answer.kind and media == JSON else {}


def _problems(one: Documented, need: Need | None) -> Node:
    """The operation's errors by status; those of one status are told apart by their `type`."""
    kinds = sorted({*one.problems, *_usual(one, need)}, key=lambda kind: (kind.status, kind.slug))
    return {str(status): _problem(status, list(group)) for status, group in groupby(kinds, lambda kind: kind.status)}


def _usual(one: Documented, need: Need | None) -> Iterator[type[ToolreelError]]:
    if need is not None:
        yield from (Malformed, Unauthorized, Forbidden, Unavailable)
    if "{" in one.path:
        yield NotFound
    if one.body:
        yield from (TooLarge, UnsupportedMediaType, RequestTimeout)
    if any(parameter.place != "path" for parameter in one.parameters):
        yield Malformed


def _problem(status: int, kinds: Sequence[type[ToolreelError]]) -> Node:
    kind = {"type": {"enum": [kind.slug for kind in kinds]}}
    return {
        "description": "; ".join(f"`{kind.slug}`: {kind.title}" for kind in kinds) + ".",
        **_headers(PROBLEM_HEADERS.get(status, ())),
        "content": {"application/problem+json": {"schema": ref(Problem) | {"properties": kind}}},
    }


def _headers(names: Sequence[str]) -> Node:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}} if names else {}
