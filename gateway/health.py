"""Whether the gateway is alive, whether everything it needs is well, and its figures."""

from collections.abc import Callable

import anyio
import prometheus_client
import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from gateway.answer import Json
from gateway.context import Gateway, gateway_of, in_thread
from models.errors import Unavailable

Check = Callable[[Gateway], str | None]


async def healthz(_request: Request) -> Response:
    """This process answers."""
    return Json({"status": "alive"})


async def readyz(request: Request) -> Response:
    """The store, Redis and a worker answer. Raises Unavailable, naming each that does not."""
    troubles: dict[str, str | None] = {}
    async with anyio.create_task_group() as group:
        for name, check in CHECKS.items():
            group.start_soon(_run, name, check, gateway_of(request), troubles)
    wrong = [{"check": name, "detail": troubles[name]} for name in CHECKS if troubles[name]]
    if wrong:
        raise Unavailable(f"not ready: {', '.join(str(one['check']) for one in wrong)}", errors=wrong, retry_after=1)
    return Json({"status": "ready", "checks": dict.fromkeys(CHECKS, "ok")})


async def metrics(_request: Request) -> Response:
    """Prometheus' text format."""
    return Response(
        prometheus_client.generate_latest(), headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}
    )


async def _run(name: str, check: Check, gateway: Gateway, troubles: dict[str, str | None]) -> None:
    troubles[name] = await in_thread(check, gateway)


def _store(gateway: Gateway) -> str | None:
    try:
        with gateway.store.read() as tx:
            tx.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "the database does not answer"
    return None


def _redis(gateway: Gateway) -> str | None:
    try:
        gateway.redis.ping()
    except redis.RedisError:
        return "Redis does not answer"
    return None


def _worker(gateway: Gateway) -> str | None:
    try:
        return None if gateway.catalog.workers() else "no worker has said that it is alive"
    except redis.RedisError:
        return "Redis, which knows the workers, does not answer"


CHECKS: dict[str, Check] = {"store": _store, "redis": _redis, "worker": _worker}
