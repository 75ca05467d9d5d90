"""An app's files over HTTP: the list, their bytes, their older versions, and writes that wait for their turn."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import Json
from gateway.body import read_body
from gateway.context import Gateway, gateway_of, in_thread
from gateway.etag import condition_of, is_known, tag
from gateway.kind import content_type, untrusted
from gateway.names import app_of, path_of, prefix_of
from gateway.page import Page, number_of, page_of
from gateway.turn import in_turn
from models.call import instant
from models.errors import NotFound
from models.files import list_files, list_versions, read_blob
from models.tables import file_versions, files
from models.write import Written, write_file


async def list_all(request: Request) -> Response:
    """The app's files, sorted by path; `?prefix=` for those whose path begins so."""
    gateway, app_id, prefix = gateway_of(request), app_of(request), prefix_of(request)
    return Json(await in_thread(_list, gateway, app_id, prefix))


async def get_file(request: Request) -> Response:
    """A file's bytes; `?version=` names an older one."""
    app_id, path, version = app_of(request), path_of(request), number_of(request, "version", digits=9)
    row = await in_thread(_find, gateway_of(request), app_id, path, version)
    headers = untrusted(path.rpartition("/")[2]) | {"ETag": tag(row["sha256"])}
    if is_known(request, row["sha256"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = content_type(path)
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(row["size"])})
    content = await in_thread(_content, gateway_of(request), row["sha256"])
    return Response(content, headers=headers)


async def get_history(request: Request) -> Response:
    """A page of a file's versions, newest first. A file that is itself called `history` is served as what it is."""
    app_id, path = app_of(request), path_of(request)
    if "version" in request.query_params or await in_thread(_is_there, gateway_of(request), app_id, f"{path}/history"):
        request.path_params["path"] = f"{path}/history"
        return await get_file(request)
    return Json(await in_thread(_history, gateway_of(request), app_id, path, page_of(request)))


async def put_file(request: Request) -> Response:
    """Write a file when its turn comes."""
    gateway, app_id, path, condition = gateway_of(request), app_of(request), path_of(request), condition_of(request)
    content = await read_body(request, gateway.settings.max_file_bytes)
    write = partial(_write, gateway=gateway, app_id=app_id, path=path, content=content, condition=condition)
    written = await in_turn(gateway, write)
    return Json(described(written.row), 201 if written.created else 200, {"ETag": tag(written.row["sha256"])})


async def delete_file(request: Request) -> Response:
    """Delete a file when its turn comes."""
    gateway, app_id, path, condition = gateway_of(request), app_of(request), path_of(request), condition_of(request)
    write = partial(_write, gateway=gateway, app_id=app_id, path=path, content=None, condition=condition)
    await in_turn(gateway, write)
    return Response(status_code=204)


def described(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of `files`, as clients see it."""
    return {
        "path": row["path"],
        "size": row["size"],
        "version": row["version"],
        "sha256": row["sha256"],
        "updated_at": instant(row["updated_at"]),
    }


def _list(gateway: Gateway, app_id: str, prefix: str) -> dict[str, Any]:
    with gateway.store.read() as tx:
        return {"files": [described(row) for row in list_files(tx, app_id, prefix)]}


def _find(gateway: Gateway, app_id: str, path: str, version: int | None) -> Mapping[Any, Any]:
    table = files if version is None else file_versions
    query = select(table).where(table.c.app_id == app_id, table.c.path == path)
    if version is not None:
        query = query.where(file_versions.c.version == version)
    with gateway.store.read() as tx:
        row = tx.execute(query).mappings().first()
    if row is None or row["sha256"] is None:
        raise NotFound(_missing(path, version, was_deleted=row is not None))
    return row


def _missing(path: str, version: int | None, *, was_deleted: bool) -> str:
    if version is None:
        return (
            f"{path} was deleted; its history has the versions before" if was_deleted else f"the app has no file {path}"
        )
    return f"version {version} of {path} is its deletion" if was_deleted else f"{path} has no version {version}"


def _is_there(gateway: Gateway, app_id: str, path: str) -> bool:
    query = select(files.c.path).where(files.c.app_id == app_id, files.c.path == path, files.c.sha256.is_not(None))
    with gateway.store.read() as tx:
        return tx.execute(query).first() is not None


def _content(gateway: Gateway, sha256: str) -> bytes:
    with gateway.store.read() as tx:
        return read_blob(tx, sha256)


def _history(gateway: Gateway, app_id: str, path: str, page: Page) -> dict[str, Any]:
    with gateway.store.read() as tx:
        rows = list_versions(tx, app_id, path, before=page.before, limit=page.limit + 1)
    if not rows and page.before is None:
        raise NotFound(f"the app never had a file {path}")
    versions = [_version(row) for row in rows[: page.limit]]
    return {"path": path, "versions": versions, "next": page.after([row["version"] for row in rows])}


def _version(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "version": row["version"],
        "size": row["size"],
        "sha256": row["sha256"],
        "deleted": row["sha256"] is None,
        "message_id": row["message_id"],
        "tool_call_id": row["id"],
        "updated_at": instant(row["at"]),
    }


def _write(tx: Connection, *, gateway: Gateway, **what: Any) -> Written:
    return write_file(tx, at=now(), settings=gateway.settings, **what)
