"""The web pages and their files. They are the same for everyone: what they show, they ask of the API, as whoever signed in."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.assets import Asset, assets, page
from gateway.auth import Endpoint
from gateway.context import in_thread
from gateway.etag import is_known
from gateway.names import app_of, message_of
from models.errors import NotFound

# Scripts and styles come from here alone, and a script can make HTML or load scripts only through what these two vouch for.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html toolreel",
    )
)
ABOUT_PAGES = {
    "Vary": "Accept, Accept-Encoding",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
# Others may embed the client, its types and what it loads.
FOR_OTHERS = {
    # A worker obeys the policy that its own script came with.
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


def show(name: str) -> Endpoint:
    """The endpoint of a page."""

    async def endpoint(request: Request) -> Response:
        _refuse_bad_ids(request)
        found = await in_thread(page, name)
        return _answer(request, found, ABOUT_PAGES)

    return endpoint


async def get_asset(request: Request) -> Response:
    """A file of the pages. Raises NotFound."""
    path = request.path_params["path"]
    found = (await in_thread(assets)).get(path)
    if found is None or path.startswith("pages/"):
        raise NotFound(f"no such path: {request.url.path[:200]}")
    return _answer(request, found, FOR_OTHERS)


def _refuse_bad_ids(request: Request) -> None:
    if "app_id" in request.path_params:
        app_of(request)
        message_of(request)


def _answer(request: Request, asset: Asset, more: dict[str, str]) -> Response:
    form = asset.form(request.headers.get("accept-encoding", ""))
    headers = {**form.headers, **more}
    if is_known(request, form.sha256):
        return Response(status_code=304, headers=headers)
    return Response(form.content, headers=headers)
