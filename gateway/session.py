"""Signing in from a browser: a key or token is traded for a cookie that no script can read, so that EventSource works."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import Json
from gateway.context import Gateway, gateway_of, in_thread
from gateway.identity import COOKIE, bearer_of
from gateway.tokens import described, keep
from models.identity import Caller
from models.tokens import end_token

MOST_SECONDS = 12 * 3600


async def post_session(request: Request) -> Response:
    """Trade the key or token in the header for a cookie with the same rights, for twelve hours or as long as the token."""
    bearer_of(request)
    at, caller = now(), request.state.caller
    ends = min(at + MOST_SECONDS, caller.expires_at or at + MOST_SECONDS)
    session = replace(caller, kind="session", expires_at=ends)
    secret = await in_thread(keep, gateway_of(request), session, at)
    answer = _shown(session, 201)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=max(1, int(ends - at)),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


async def get_session(request: Request) -> Response:
    """Who the caller is, and what they may do."""
    return _shown(request.state.caller)


async def delete_session(request: Request) -> Response:
    """Sign out: the session, or the token, works no longer."""
    await in_thread(_end, gateway_of(request), request.state.secret)
    request.app.state.callers.forget(request.state.secret)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


def _shown(caller: Caller, status: int = 200) -> Response:
    return Json({"kind": caller.kind, "name": caller.name, **described(caller)}, status)


def _end(gateway: Gateway, sha256: str) -> None:
    with gateway.store.write() as tx:
        end_token(tx, sha256)
