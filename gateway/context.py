"""What a gateway process holds while it runs: its connections, and the hub that feeds its readers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
import redis
from celery import Celery
from starlette.requests import Request

from broker.app import make_celery
from broker.catalog import Catalog
from broker.connection import connect, connect_async
from broker.history import History
from broker.later import Later
from broker.log import EventLog
from broker.marks import Marks
from broker.outbox import Outbox
from gateway.hub import Hub
from models.database import Store
from models.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Gateway:
    """One process's connections. The synchronous ones are used in threads, through `in_thread`."""

    settings: Settings
    store: Store
    redis: redis.Redis
    celery: Celery
    catalog: Catalog
    outbox: Outbox
    history: History
    hub: Hub


def gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking code (SQL, the synchronous Redis client, Celery's publisher) beside the event loop."""
    return await anyio.to_thread.run_sync(partial(function, *args, **kwargs))


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """Connect, and let go of everything at the end."""
    store, client = Store(settings.store_url), connect(settings)
    celery = make_celery()
    # A request must not hang on a broker that is away: the row is stored, and the reconciler sends the chain later.
    celery.conf.task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_max": 0.1}
    marks = Marks(store, Later())
    outbox = Outbox(store, EventLog(client, settings), celery, marks, share_links=settings.share_links)
    history = History(client, settings)
    async with Hub(connect_async(settings), history, settings) as hub:
        yield Gateway(settings, store, client, celery, Catalog(store, client), outbox, history, hub)
    marks.write()
    client.close()
    store.close()
