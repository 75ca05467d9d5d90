"""The root: what this is, for whoever comes by."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from gateway.etag import is_known, tag
from gateway.pages import show
from models.jsontext import encode

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
SAID = encode({"name": "toolreel", "about": ABOUT, "docs": "/docs", "links": LINKS})
SHA256 = hashlib.sha256(SAID).hexdigest()


async def welcome(request: Request) -> Response:
    """The start page for browsers, JSON for everyone else."""
    if "text/html" in request.headers.get("accept", ""):
        return await start(request)
    headers = {"ETag": tag(SHA256), "Vary": "Accept"}
    if is_known(request, SHA256):
        return Response(status_code=304, headers=headers)
    return Response(SAID, headers=headers, media_type="application/json")
