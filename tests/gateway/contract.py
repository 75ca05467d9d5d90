"""Holds answers to the OpenAPI document: every status, content type, header and field that the gateway sends must be in it."""

import copy
import json
import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from gateway.app import operations
from gateway.openapi import described
from models.settings import Settings

Node = dict[str, Any]

STREAM = "text/event-stream"
PROBLEM = "application/problem+json"


class Contract:
    """The document, with its schemas closed: a field that it does not name is a mistake too."""

    def __init__(self, document: Node) -> None:
        self._paths = [(_pattern(path), methods) for path, methods in document["paths"].items()]
        # `…/files/{path}` takes all that lies below it; what is more exact comes first.
        self._paths.sort(key=lambda path: "history" not in path[0].pattern)
        self._components = copy.deepcopy(document["components"])
        for schema in self._components["schemas"].values():
            _close(schema)

    @classmethod
    def of(cls, settings: Settings) -> "Contract":
        return cls(described(settings, operations()))

    def check(self, response: httpx.Response) -> None:
        """An event hook of httpx clients. Fails when the answer is not as documented."""
        request, media = response.request, response.headers.get("content-type", "").partition(";")[0]
        if request.method == "OPTIONS" or media == STREAM:
            return
        response.read()
        operation = self._find("GET" if request.method == "HEAD" else request.method, request.url.path)
        where = f"{request.method} {request.url.path} answered {response.status_code} {media}: {response.text[:300]}"
        if operation is None or response.status_code == 500:
            assert media == PROBLEM, where
            self.validate({"$ref": "#/components/schemas/Problem"}, response.json(), where)
            return
        answer = operation["responses"].get(str(response.status_code))
        assert answer, f"a status that is not documented: {where}"
        assert set(answer.get("headers", {})) <= _names(response), f"a header is missing: {where}"
        if response.content:
            self._check_content(answer.get("content", {}), media, response, where)

    def check_event(self, path: str, event: str, data: Any) -> None:
        """Fails when a stream's event is not as documented."""
        operation = self._find("GET", path)
        assert operation, path
        kinds = operation["responses"]["200"]["content"][STREAM]["itemSchema"]["oneOf"]
        schemas = {kind["title"]: kind["properties"]["data"]["contentSchema"] for kind in kinds}
        self.validate(schemas[event], data, f"{event} of {path}")

    def validate(self, schema: Node, value: Any, where: str) -> None:
        validator = Draft202012Validator({**schema, "components": self._components}, format_checker=FormatChecker())
        errors = [f"{error.json_path} {error.message[:300]}" for error in validator.iter_errors(value)]
        assert not errors, f"{where}\n{json.dumps(errors, indent=1)}"

    def _find(self, method: str, path: str) -> Node | None:
        found = [methods for pattern, methods in self._paths if pattern.fullmatch(path)]
        operation: Node | None = next((one[method.lower()] for one in found if method.lower() in one), None)
        return operation

    def _check_content(self, content: Node, media: str, response: httpx.Response, where: str) -> None:
        assert media in content or "*/*" in content, f"a content type that is not documented: {where}"
        schema = content.get(media, {}).get("schema")
        if schema:
            self.validate(schema, response.json(), where)


def _names(response: httpx.Response) -> set[str]:
    usual = ("ETag", "Retry-After", "WWW-Authenticate", "Set-Cookie", "Content-Disposition")
    return {name for name in usual if name in response.headers}


def _pattern(path: str) -> re.Pattern[str]:
    exact = re.sub(r"\\{(\w+)\\}", lambda name: ".*" if name[1] == "path" else "[^/]*", re.escape(path))
    return re.compile(exact, re.DOTALL)


def _close(schema: Any) -> None:
    """Refuse fields that an object's schema does not name; what says nothing of its fields stays open."""
    if isinstance(schema, list):
        for one in schema:
            _close(one)
    if not isinstance(schema, dict):
        return
    for one in schema.values():
        _close(one)
    if schema.get("type") == "object" and "properties" in schema:
        schema.setdefault("additionalProperties", False)
