"""A gateway in a thread of this process, so that tests can look inside; its callers are who the test says they are."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broker.log import EventLog
from gateway.context import Gateway, open_gateway
from gateway.protocol import Protocol
from gateway.stream import stream
from models.database import migrate
from models.events import Entry
from models.settings import Settings
from ops.local.port import free_port
from tests.streams.client import Stream
from tests.wait import wait_until

Identify = Callable[[Request], object]


@dataclass(frozen=True)
class Served:
    """A running gateway, its event loop, and the writing end of its log."""

    url: str
    gateway: Gateway
    loop: asyncio.AbstractEventLoop
    server: uvicorn.Server

    def stream(self, app: str, key: str = "1", query: str = "") -> Stream:
        return Stream(self.url, f"/{app}/m1{query}", key)

    def write(self, app: str, number: int, padding: str = "") -> None:
        data = b'{"message_id":"m1","lines":["%d","%b"]}' % (number, padding.encode())
        EventLog(self.gateway.redis, self.gateway.settings).append([Entry(app, "log", "m1", data)])

    def channels(self) -> int:
        """How many apps' channels this gateway is subscribed to."""
        return len(self.gateway.redis.pubsub_channels("tr:{*"))

    def tasks(self) -> int:
        return len(asyncio.all_tasks(self.loop))


@contextmanager
def served(settings: Settings, identify: Identify | None = None) -> Iterator[Served]:
    """Serve streams at `/{app}/{message}`. By default a key's id is the number sent as the bearer."""
    migrate(settings.store_url)
    app = _app(settings, identify or _by_number)
    config = uvicorn.Config(
        app,
        port=free_port(),
        log_config=None,
        access_log=False,
        ws="none",
        http=Protocol,
        backlog=4096,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the gateway to listen")
    try:
        yield Served(f"http://127.0.0.1:{config.port}", app.state.gateway, app.state.loop, server)
    finally:
        server.should_exit = True
        thread.join()


def _app(settings: Settings, identify: Identify) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.loop = asyncio.get_running_loop()
        async with open_gateway(settings) as gateway:
            app.state.gateway, app.state.callers = gateway, SimpleNamespace(find=_known)
            yield

    async def endpoint(request: Request) -> Response:
        request.state.caller, request.state.secret = identify(request), "secret"
        return await stream(request, request.path_params["app_id"], request.path_params["message_id"])

    return Starlette(routes=[Route("/{app_id}/{message_id}", endpoint)], lifespan=lifespan)


async def _known(_secret: str) -> bool:
    return True


def _by_number(request: Request) -> object:
    return SimpleNamespace(key_id=int(request.headers["authorization"].removeprefix("Bearer ")))
