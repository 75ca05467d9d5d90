"""The documents that say what this API is, for machines and for people; each is made when it is first asked for."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway.auth import Operation
from gateway.context import in_thread
from gateway.etag import is_known, tag
from gateway.spec.channels import asyncapi
from gateway.spec.document import Node, openapi
from gateway.spec.page import page
from models.jsontext import encode
from models.settings import Settings

VERSION = "1.0.0"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
STYLE = Path(__file__).parent / "static" / "reference.css"


Operations = Mapping[str, Mapping[str, Operation]]


class Documents:
    """The documents of one app, by the operations that it serves and the settings that it has."""

    def __init__(self, settings: Settings, operations: Operations) -> None:
        self._settings = settings
        self._operations = operations
        self._made: dict[str, tuple[bytes, dict[str, str]]] = {}

    async def openapi(self, request: Request) -> Response:
        """OpenAPI, as JSON."""
        return await self._answer(request, "openapi", self._openapi)

    async def asyncapi(self, request: Request) -> Response:
        """AsyncAPI, as JSON."""
        return await self._answer(request, "asyncapi", _asyncapi)

    async def reference(self, request: Request) -> Response:
        """OpenAPI, as a page."""
        return await self._answer(request, "reference", self._reference)

    async def _answer(self, request: Request, name: str, make: Callable[[], tuple[bytes, dict[str, str]]]) -> Response:
        if name not in self._made:
            self._made[name] = await in_thread(make)
        content, headers = self._made[name]
        sha256 = hashlib.sha256(content).hexdigest()
        headers = headers | {"ETag": tag(sha256), "Cache-Control": "no-cache"}
        if is_known(request, sha256):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers)

    def _openapi(self) -> tuple[bytes, dict[str, str]]:
        return encode(described(self._settings, self._operations)), {"Content-Type": "application/json"}

    def _reference(self) -> tuple[bytes, dict[str, str]]:
        style = STYLE.read_text()
        # The page has no script and loads nothing; its own style is allowed by what it is.
        allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = f"{POLICY}; style-src 'sha256-{allowed}'"
        content = page(described(self._settings, self._operations), style).encode()
        return content, {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}


def described(settings: Settings, operations: Operations) -> Node:
    """OpenAPI, of these operations with these settings."""
    needs = {
        (method, path.replace(":path}", "}")): operation.needs
        for path, methods in operations.items()
        for method, operation in methods.items()
    }
    return openapi(VERSION, needs, settings.max_batch_calls)


def _asyncapi() -> tuple[bytes, dict[str, str]]:
    return encode(asyncapi(VERSION)), {"Content-Type": "application/json"}
