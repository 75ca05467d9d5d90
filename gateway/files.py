"""An app's files over HTTP. What an app holds is not to be trusted: it is never shown as a page of the gateway's own."""

import mimetypes
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import Json
from gateway.body import read_body
from gateway.context import Gateway, gateway_of, in_thread
from gateway.etag import condition_of, is_known, tag
from gateway.names import app_of, path_of
from gateway.turn import in_turn
from models.call import instant
from models.errors import Malformed, NotFound
from models.files import list_files, read_blob
from models.tables import file_versions, files, tool_calls
from models.write import write_file

TYPES = mimetypes.MimeTypes()
SOURCES = (
    ".ts",
    ".tsx",
    ".jsx",
    ".mjs",
    ".cjs",
    ".md",
    ".yml",
    ".yaml",
    ".toml",
    ".lock",
    ".env",
    ".sh",
    ".vue",
    ".scss",
)
UNTRUSTED = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


async def list_all(request: Request) -> Response:
    """The app's files, sorted by path."""
    rows = await in_thread(_list, gateway_of(request), app_of(request))
    return Json({"files": [described(row) for row in rows]})


async def get_file(request: Request) -> Response:
    """A file's bytes; `?version=` names an older one."""
    app_id, path, version = app_of(request), path_of(request), _version_of(request)
    row = await in_thread(_find, gateway_of(request), app_id, path, version)
    headers = UNTRUSTED | {"ETag": tag(row["sha256"]), "Content-Disposition": _attachment(path)}
    if is_known(request, row["sha256"]):
        return Response(status_code=304, headers=headers)
    content = await in_thread(_content, gateway_of(request), row["sha256"])
    return Response(content, headers=headers | {"Content-Type": content_type(path)})


async def get_history(request: Request) -> Response:
    """A file's versions, newest first. A file that is itself called `history` is served as what it is."""
    app_id, path = app_of(request), path_of(request)
    if await in_thread(_is_there, gateway_of(request), app_id, f"{path}/history"):
        request.path_params["path"] = f"{path}/history"
        return await get_file(request)
    versions = await in_thread(_history, gateway_of(request), app_id, path)
    return Json({"path": path, "versions": versions})


async def put_file(request: Request) -> Response:
    """Write a file when its turn comes."""
    gateway, app_id, path, condition = gateway_of(request), app_of(request), path_of(request), condition_of(request)
    content = await read_body(request, gateway.settings.max_file_bytes)
    write = partial(_write, gateway=gateway, app_id=app_id, path=path, content=content, condition=condition)
    row = await in_turn(gateway, write)
    status = 201 if row["version"] == 1 else 200
    return Json(described(row), status, {"ETag": tag(row["sha256"])})


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


def content_type(path: str) -> str:
    """What a file's name says of its content. Text counts as UTF-8."""
    if path.lower().endswith(SOURCES):
        return "text/plain; charset=utf-8"
    kind = TYPES.guess_type(path)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/json", "application/javascript", "image/svg+xml")
    return f"{kind}; charset=utf-8" if is_text else kind


def _attachment(path: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(path.rpartition('/')[2], safe='')}"


def _version_of(request: Request) -> int | None:
    given = request.query_params.get("version")
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        raise Malformed("version must be a whole number")
    return int(given)


def _list(gateway: Gateway, app_id: str) -> list[Mapping[Any, Any]]:
    with gateway.store.read() as tx:
        return list_files(tx, app_id)


def _find(gateway: Gateway, app_id: str, path: str, version: int | None) -> Mapping[Any, Any]:
    table = files if version is None else file_versions
    query = select(table).where(table.c.app_id == app_id, table.c.path == path)
    if version is not None:
        query = query.where(file_versions.c.version == version)
    with gateway.store.read() as tx:
        row = tx.execute(query).mappings().first()
    if row is None or row["sha256"] is None:
        raise NotFound(f"the app has no file {path}" + (f" in version {version}" if version is not None else ""))
    return row


def _is_there(gateway: Gateway, app_id: str, path: str) -> bool:
    query = select(files.c.path).where(files.c.app_id == app_id, files.c.path == path, files.c.sha256.is_not(None))
    with gateway.store.read() as tx:
        return tx.execute(query).first() is not None


def _content(gateway: Gateway, sha256: str) -> bytes:
    with gateway.store.read() as tx:
        return read_blob(tx, sha256)


def _history(gateway: Gateway, app_id: str, path: str) -> list[dict[str, Any]]:
    query = (
        select(file_versions, tool_calls.c.message_id, tool_calls.c.id)
        .outerjoin(tool_calls, tool_calls.c.key == file_versions.c.call_key)
        .where(file_versions.c.app_id == app_id, file_versions.c.path == path)
        .order_by(file_versions.c.version.desc())
    )
    with gateway.store.read() as tx:
        rows = tx.execute(query).mappings().all()
    if not rows:
        raise NotFound(f"the app never had a file {path}")
    return [_version(row) for row in rows]


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


def _write(tx: Connection, *, gateway: Gateway, **what: Any) -> Mapping[Any, Any]:
    return write_file(tx, at=now(), settings=gateway.settings, **what)
