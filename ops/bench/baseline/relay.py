"""The web app: enqueue a call, watch an app's calls. Each client has a Redis subscription of its own."""

import os
from collections.abc import AsyncIterator

import redis.asyncio as redis
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ops.bench.baseline.tasks import start

client = redis.Redis.from_url(os.environ["BASELINE_REDIS_URL"], decode_responses=True, max_connections=10_000)


async def submit(request: Request) -> JSONResponse:
    call = await request.json()
    await run_in_threadpool(start, request.path_params["app_id"], call["id"])
    return JSONResponse({"id": call["id"], "status": "queued"}, status_code=202)


async def events(request: Request) -> EventSourceResponse:
    return EventSourceResponse(relay(request.path_params["app_id"]))


async def relay(app_id: str) -> AsyncIterator[dict[str, str]]:
    async with client.pubsub() as pubsub:
        await pubsub.subscribe(f"app:{app_id}")
        yield {"event": "open", "data": "{}"}
        async for message in pubsub.listen():
            if message["type"] == "message":
                yield {"event": "tool_call", "data": message["data"]}


app = Starlette(
    routes=[
        Route("/apps/{app_id}/calls", submit, methods=["POST"]),
        Route("/apps/{app_id}/events", events),
    ]
)
