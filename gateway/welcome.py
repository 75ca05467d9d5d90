"""The root: what this is, for whoever comes by."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway.answer import Json

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
PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Toolreel</title>
<h1>Toolreel</h1>
<p>{ABOUT}</p>
<p>Every request under <code>/v1</code> needs the header <code>Authorization: Bearer &lt;API key&gt;</code>.
The <a href="/docs">API reference</a> says all that it takes and gives.</p>
<ul>
{"".join(f"<li>{name}: <code>{path}</code></li>" for name, path in LINKS.items())}
</ul>
</html>
"""


async def welcome(request: Request) -> Response:
    """A page for browsers, JSON for everyone else."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(PAGE)
    return Json({"name": "toolreel", "about": ABOUT, "docs": "/docs", "links": LINKS})
