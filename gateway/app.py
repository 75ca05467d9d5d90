"""The gateway as an ASGI app: its routes, its middleware, and what lives as long as it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from broker.outbox import now
from gateway import (
    archive,
    calls,
    controls,
    detail,
    files,
    health,
    messages,
    overview,
    pages,
    session,
    submit,
    tokens,
    tools,
)
from gateway.access import AccessLog
from gateway.auth import Operation, guarded
from gateway.context import in_thread, open_gateway
from gateway.first import ensure_first_key
from gateway.headers import UsualHeaders
from gateway.identity import Callers
from gateway.names import app_of, message_of
from gateway.openapi import Documents
from gateway.problem import Problems, answer_http
from gateway.stream import stream
from gateway.welcome import welcome
from models.identity import Grant
from models.settings import Settings
from models.settings import settings as read_settings

APP = "/v1/apps/{app_id}"
MESSAGE = APP + "/messages/{message_id}"
CALL = MESSAGE + "/tool-calls/{call_id}"
PAGES = {
    "/history": "history",
    "/apps/{app_id}/messages/{message_id}": "stream",
    "/apps/{app_id}/messages/{message_id}/trace": "trace",
}


def create_app(settings: Settings | None = None) -> Starlette:
    """The app; by default with the process's settings."""
    chosen = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_gateway(chosen) as gateway:
            app.state.gateway, app.state.callers = gateway, Callers(gateway.store)
            await in_thread(ensure_first_key, gateway, at=now())
            yield

    app = Starlette(
        routes=_routes(chosen),
        middleware=_middleware(chosen),
        exception_handlers={HTTPException: answer_http},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def _routes(settings: Settings) -> list[BaseRoute]:
    documents = Documents(settings, operations())
    return [
        Route("/", welcome),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.metrics),
        Route("/openapi.json", documents.openapi),
        Route("/asyncapi.json", documents.asyncapi),
        Route("/docs", documents.reference),
        Route("/static/{path:path}", pages.get_asset),
        *(Route(path, pages.show(name)) for path, name in PAGES.items()),
        *(Route(path, guarded(methods), methods=list(methods)) for path, methods in operations().items()),
    ]


def operations() -> dict[str, dict[str, Operation]]:
    """What callers who are known may do, by path and method."""
    watch, submits, control = (partial(Operation, need) for need in (Grant.WATCH, Grant.SUBMIT, Grant.CONTROL))
    return {
        "/v1/tokens": {"POST": Operation("key", tokens.post_token)},
        "/v1/session": {
            "POST": Operation("anyone", session.post_session),
            "GET": Operation("anyone", session.get_session),
            "DELETE": Operation("anyone", session.delete_session),
        },
        "/v1/apps": {"GET": watch(overview.list_apps)},
        "/v1/messages": {"GET": watch(overview.list_all_messages)},
        "/v1/tools": {"GET": Operation("anyone", tools.list_tools)},
        APP + "/events": {"GET": watch(_app_events)},
        APP + "/messages": {"GET": watch(calls.list_messages)},
        APP + "/tool-calls": {"GET": watch(calls.list_calls)},
        MESSAGE: {"GET": watch(messages.show_message)},
        MESSAGE + "/events": {"GET": watch(_message_events)},
        MESSAGE + "/results": {"GET": watch(messages.get_results)},
        MESSAGE + "/text": {"POST": submits(messages.post_text)},
        MESSAGE + "/tool-calls": {"POST": submits(submit.post_calls)},
        **{f"{MESSAGE}/{name}": {"POST": control(controls.steer_message)} for name in controls.MESSAGE_CONTROLS},
        CALL: {"GET": watch(calls.show_call)},
        CALL + "/arguments": {"GET": watch(detail.show_arguments)},
        CALL + "/log": {"GET": watch(detail.show_log)},
        **{f"{CALL}/{name}": {"POST": control(controls.steer_call)} for name in controls.CALL_CONTROLS},
        APP + "/files": {"GET": watch(files.list_all)},
        APP + "/files/{path:path}/history": {"GET": watch(files.get_history)},
        APP + "/files/{path:path}": {
            "GET": watch(files.get_file),
            "PUT": submits(files.put_file),
            "DELETE": submits(files.delete_file),
        },
        APP + "/archive": {"GET": watch(archive.get_archive), "PUT": submits(archive.put_archive)},
    }


def _middleware(settings: Settings) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials="*" not in settings.cors_origins,
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
