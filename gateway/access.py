"""Middleware: one log line for each request, without its query, where a client may have put a secret by mistake."""

import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.trace import traceparent_of

UNLOGGED = frozenset({"/healthz", "/readyz", "/metrics"})

logger = structlog.get_logger()


class AccessLog:
    """Logs a request when its answer is complete, or broke off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLOGGED:
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            took = round((time.perf_counter() - start) * 1000, 1)
            trace = _trace(scope)
            logger.info("request", method=scope["method"], path=scope["path"], status=status, took_ms=took, **trace)


def _trace(scope: Scope) -> dict[str, str]:
    given = traceparent_of(Headers(scope=scope))
    return {"traceparent": given} if given else {}
