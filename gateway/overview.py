"""What there is, across apps: each caller sees the apps and messages in their scope."""

from typing import Any

from sqlalchemy import Connection, func, select, tuple_
from starlette.requests import Request
from starlette.responses import Response

from gateway.answer import Json
from gateway.calls import message_status_of, page_of_messages
from gateway.context import Gateway, gateway_of, in_thread
from gateway.names import APP_ID
from gateway.page import limit_of, page_of
from models.call import instant
from models.errors import Malformed
from models.identity import Caller
from models.tables import apps, messages


async def list_apps(request: Request) -> Response:
    """The apps that the caller may see, newest first."""
    before, limit = _before(request), limit_of(request)
    return Json(await in_thread(_page_of_apps, gateway_of(request), request.state.caller, before, limit))


async def list_all_messages(request: Request) -> Response:
    """The messages that the caller may see, of all apps, newest first."""
    caller, page, status = request.state.caller, page_of(request), message_status_of(request)
    return Json(await in_thread(page_of_messages, gateway_of(request), caller.app_id, caller.message_id, page, status))


def _before(request: Request) -> str | None:
    before = request.query_params.get("before")
    if before is not None and not APP_ID.fullmatch(before):
        raise Malformed("before must be the `next` of the page before: an app's id")
    return before


def _page_of_apps(gateway: Gateway, caller: Caller, before: str | None, limit: int) -> dict[str, Any]:
    with gateway.store.read() as tx:
        found = _newest(tx, caller, before, limit + 1)
    shown = [{"app_id": row.id, "created_at": instant(row.created_at), "running": row.running} for row in found[:limit]]
    return {"apps": shown, "next": found[limit - 1].id if len(found) > limit else None}


def _newest(tx: Connection, caller: Caller, before: str | None, limit: int) -> list[Any]:
    """Apps made before `before`, newest first, each with how many of its messages run."""
    running = (
        select(func.count())
        .where(messages.c.app_id == apps.c.id, messages.c.open > 0)
        .scalar_subquery()
        .label("running")
    )
    place = tuple_(apps.c.created_at, apps.c.id)
    query = select(apps.c.id, apps.c.created_at, running)
    if caller.app_id is not None:
        query = query.where(apps.c.id == caller.app_id)
    if before is not None:
        query = query.where(place < select(apps.c.created_at, apps.c.id).where(apps.c.id == before).scalar_subquery())
    return list(tx.execute(query.order_by(apps.c.created_at.desc(), apps.c.id.desc()).limit(limit)))
