"""The gateway's one handler of errors: each becomes problem details (RFC 9457) with a stable type."""

import math
from typing import Any

import structlog
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import (
    Malformed,
    MethodNotAllowed,
    NotFound,
    RequestTimeout,
    ToolreelError,
    Unauthorized,
    Unavailable,
)
from models.jsontext import encode

RETRY_SECONDS = 1.0

logger = structlog.get_logger()


class Problems:
    """Middleware that answers whatever error the routes raise; what nobody foresaw is logged, and told without details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            problem = explain(error)
            if problem.status == 500:
                logger.exception("request-broke", method=scope["method"], path=scope["path"])
            if began:
                raise
            await answer(problem)(scope, receive, send)


async def answer_http(request: Request, error: Exception) -> Response:
    """Starlette's own errors: no such path, or not with this method."""
    assert isinstance(error, HTTPException)  # noqa: S101
    problem = answer(_of_http(request, error))
    problem.headers.update(error.headers or {})
    return problem


def answer(error: ToolreelError) -> Response:
    """An error as a response."""
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, RequestTimeout):
        # What may still come of its body would be taken for the next request.
        headers["Connection"] = "close"
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="toolreel"'
    return Response(encode(details(error)), error.status, headers, "application/problem+json")


def details(error: ToolreelError) -> dict[str, Any]:
    """An error as problem details; `errors` only where single entries are wrong."""
    found: dict[str, Any] = {"type": error.slug, "title": error.title, "status": error.status, "detail": error.detail}
    if error.errors:
        found["errors"] = error.errors
    return found | dict(error.members)


def explain(error: Exception) -> ToolreelError:
    """The error that a client may see instead of this one."""
    if isinstance(error, ToolreelError):
        return error
    if isinstance(error, ClientDisconnect):
        return Malformed("the body ended too early")
    what = _down(error)
    if what is None:
        return ToolreelError()
    logger.warning("not-reached", what=what, error=type(error).__name__, detail=str(error)[:300])
    return Unavailable(f"the {what} cannot be reached; nothing was accepted", retry_after=RETRY_SECONDS)


def _down(error: Exception) -> str | None:
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return "store"
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return "store"
    if isinstance(error, RedisError):
        return "event log"
    return "broker" if isinstance(error, BrokerError) else None


def _of_http(request: Request, error: HTTPException) -> ToolreelError:
    if error.status_code == 404:
        return NotFound(f"no such path: {request.url.path[:200]}")
    if error.status_code == 405:
        return MethodNotAllowed(f"{request.method[:20]} is not allowed here")
    return Malformed(error.detail) if error.status_code < 500 else ToolreelError()
