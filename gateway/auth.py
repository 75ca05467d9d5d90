"""What each operation of a route needs of its caller, and the check of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from gateway.identity import Callers, digest_of, refuse_secrets_in_query
from models.errors import Forbidden, Unauthorized
from models.identity import Caller, Grant

Endpoint = Callable[[Request], Awaitable[Response]]
Need = Grant | Literal["key", "anyone"]


@dataclass(frozen=True)
class Operation:
    """One method of a route: who may call it (`key`: only with an API key; `anyone`: whoever is known), and what it does."""

    needs: Need
    endpoint: Endpoint


def guarded(operations: dict[str, Operation]) -> Endpoint:
    """One endpoint for all the methods of a path. Each finds its caller in `request.state.caller`."""

    async def endpoint(request: Request) -> Response:
        refuse_secrets_in_query(request)
        operation = operations["GET" if request.method == "HEAD" else request.method]
        request.state.caller = caller = await caller_of(request)
        refuse_unless_allowed(caller, operation.needs, request.path_params)
        return await operation.endpoint(request)

    return endpoint


async def caller_of(request: Request) -> Caller:
    """Whoever sent the request. Raises Unauthorized."""
    callers: Callers = request.app.state.callers
    request.state.secret = digest_of(request)
    caller = await callers.find(request.state.secret)
    if caller is None:
        raise Unauthorized("this API key, token or session is not known, or has ended")
    return caller


def refuse_unless_allowed(caller: Caller, needs: Need, path: dict[str, str]) -> None:
    """Raises Forbidden, the same whether or not what the path names exists."""
    if needs == "key" and caller.kind != "key":
        raise Forbidden("only an API key may do that, no token")
    if isinstance(needs, Grant) and needs not in caller.grants:
        raise Forbidden(f"this {caller.kind} has no grant to {needs}")
    if "app_id" in path and not caller.reaches(path["app_id"], path.get("message_id")):
        raise Forbidden(f"this {caller.kind} is for another app, or for one message only")
