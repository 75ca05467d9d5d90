"""The gateway as an ASGI app: its routes, its middleware, and what lives as long as it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from broker.outbox import now
from gateway import archive, calls, controls, files, health, messages, submit, tools
from gateway.access import AccessLog
from gateway.auth import FIRST_KEY, Endpoint, Keys, ensure_key, first_key, requires_key
from gateway.context import in_thread, open_gateway
from gateway.headers import UsualHeaders
from gateway.names import app_of, message_of
from gateway.problem import Problems, answer_http
from gateway.stream import stream
from gateway.welcome import welcome
from models.settings import Settings
from models.settings import settings as read_settings

APP = "/v1/apps/{app_id}"
MESSAGE = APP + "/messages/{message_id}"
CALL = MESSAGE + "/tool-calls/{call_id}"


def create_app(settings: Settings | None = None) -> Starlette:
    """The app; by default with the process's settings."""
    chosen = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_gateway(chosen) as gateway:
            app.state.gateway, app.state.keys = gateway, Keys(gateway.store)
            if key := first_key(chosen):
                await in_thread(ensure_key, gateway.store, FIRST_KEY, key, at=now())
            yield

    app = Starlette(
        routes=_routes(),
        middleware=_middleware(chosen),
        exception_handlers={HTTPException: answer_http},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def _routes() -> list[BaseRoute]:
    return [
        Route("/", welcome),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        _keyed("/v1/tools", GET=tools.list_tools),
        _keyed(APP + "/events", GET=_app_events),
        _keyed(APP + "/messages", GET=calls.list_messages),
        _keyed(APP + "/tool-calls", GET=calls.list_calls),
        _keyed(MESSAGE, GET=messages.show_message),
        _keyed(MESSAGE + "/events", GET=_message_events),
        _keyed(MESSAGE + "/results", GET=messages.get_results),
        _keyed(MESSAGE + "/text", POST=messages.post_text),
        _keyed(MESSAGE + "/tool-calls", POST=submit.post_calls),
        *(_keyed(f"{MESSAGE}/{name}", POST=controls.control_message) for name in controls.MESSAGE_CONTROLS),
        _keyed(CALL, GET=calls.show_call),
        *(_keyed(f"{CALL}/{name}", POST=controls.control_call) for name in controls.CALL_CONTROLS),
        _keyed(APP + "/files", GET=files.list_all),
        _keyed(APP + "/files/{path:path}/history", GET=files.get_history),
        _keyed(APP + "/files/{path:path}", GET=files.get_file, PUT=files.put_file, DELETE=files.delete_file),
        _keyed(APP + "/archive", GET=archive.get_archive, PUT=archive.put_archive),
    ]


def _keyed(path: str, **endpoints: Endpoint) -> Route:
    """One route for all the methods of a path, so that a 405 can name them; for callers with a key."""

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return Route(path, requires_key(endpoint), methods=list(endpoints))


def _middleware(settings: Settings) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "Last-Event-ID",
            "traceparent",
        ],
        expose_headers=["ETag", "Idempotent-Replayed", "Retry-After"],
    )
    return [Middleware(AccessLog), Middleware(UsualHeaders), cors, Middleware(Problems)]


async def _message_events(request: Request) -> Response:
    return await stream(request, app_of(request), message_of(request))


async def _app_events(request: Request) -> Response:
    return await stream(request, app_of(request), None)
