"""An app's whole tree as one archive, out and in."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import IO, Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from broker.outbox import now
from gateway.answer import Json
from gateway.body import chunks
from gateway.context import Gateway, gateway_of, in_thread
from gateway.files import UNTRUSTED
from gateway.names import app_of
from gateway.pack import Packer
from gateway.turn import in_turn
from gateway.unpack import Limits, unpack
from models.files import Blob, blob_of, list_files, read_blobs, store_blobs
from models.write import replace_tree

BATCH_BYTES = 4 * 1024 * 1024
BATCH_FILES = 500
IN_MEMORY = 8 * 1024 * 1024


async def get_archive(request: Request) -> Response:
    """The whole tree at one moment, as tar.gz."""
    gateway, app_id = gateway_of(request), app_of(request)
    rows = await in_thread(_list, gateway, app_id)
    headers = UNTRUSTED | {"Content-Disposition": f'attachment; filename="{app_id}.tar.gz"'}
    return StreamingResponse(_packed(gateway, rows), headers=headers, media_type="application/gzip")


async def put_archive(request: Request) -> Response:
    """Replace the whole tree, when no call uses any file."""
    gateway, app_id = gateway_of(request), app_of(request)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as upload:
        async for chunk in chunks(request, gateway.settings.max_app_bytes):
            upload.write(chunk)
        tree = await in_thread(_store, gateway, upload)
    versions = await in_turn(gateway, partial(_replace, gateway=gateway, app_id=app_id, tree=tree))
    return Json({"files": len(tree), "changed": len(versions), "bytes": sum(blob.size for blob in tree.values())})


async def _packed(gateway: Gateway, rows: list[Mapping[Any, Any]]) -> AsyncIterator[bytes]:
    # Contents never change under their hash, so they may be read later than the list.
    packer = Packer()
    for batch in _batches(rows):
        yield await in_thread(_pack, gateway, packer, batch)
    yield packer.end()


def _batches(rows: list[Mapping[Any, Any]]) -> Iterator[list[Mapping[Any, Any]]]:
    batch: list[Mapping[Any, Any]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += row["size"]
        if size >= BATCH_BYTES or len(batch) == BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _list(gateway: Gateway, app_id: str) -> list[Mapping[Any, Any]]:
    with gateway.store.read() as tx:
        return list_files(tx, app_id)


def _pack(gateway: Gateway, packer: Packer, rows: list[Mapping[Any, Any]]) -> bytes:
    with gateway.store.read() as tx:
        contents = read_blobs(tx, [row["sha256"] for row in rows])
    return b"".join(packer.add(row["path"], contents[row["sha256"]]) for row in rows)


def _store(gateway: Gateway, upload: IO[bytes]) -> dict[str, Blob]:
    """Keep an archive's contents, a few at a time, ahead of the turn; nobody sees them before it."""
    tree: dict[str, Blob] = {}
    waiting: list[bytes] = []
    size = 0
    for path, content in unpack(upload, Limits.of(gateway.settings)):
        tree[path] = blob_of(content)
        waiting.append(content)
        size += len(content)
        if size >= BATCH_BYTES:
            _keep(gateway, waiting)
            waiting, size = [], 0
    _keep(gateway, waiting)
    return tree


def _keep(gateway: Gateway, contents: list[bytes]) -> None:
    with gateway.store.write() as tx:
        store_blobs(tx, contents)


def _replace(tx: Connection, *, gateway: Gateway, app_id: str, tree: dict[str, Blob]) -> dict[str, int]:
    return replace_tree(tx, app_id, tree, at=now(), settings=gateway.settings)
