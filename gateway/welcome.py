"""The root: what this is, for whoever comes by."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.answer import Json
from gateway.pages import show

ABOUT = "Toolreel runs the tool calls of AI agents as distributed tasks that people can watch and steer."
LINKS = {
    "submit": "/v1/apps/{app_id}/messages/{message_id}/tool-calls",
    "events": "/v1/apps/{app_id}/messages/{message_id}/events",
    "tools": "/v1/tools",
    "health": "/readyz",
    "metrics": "/metrics",
    "openapi": "/openapi.json",
    "asyncapi": "/asyncapi.json",
    "reference": "/docs",
}
start = show("start")


async def welcome(request: Request) -> Response:
    """The start page for browsers, JSON for everyone else."""
    if "text/html" in request.headers.get("accept", ""):
        return await start(request)
    return Json({"name": "toolreel", "about": ABOUT, "docs": "/docs", "links": LINKS})
