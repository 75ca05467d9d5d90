"""An app's whole tree as one archive, out and in."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import IO, Any, ParamSpec, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from broker.outbox import now
from gateway.answer import Json
from gateway.body import chunks
from gateway.context import Gateway, gateway_of, in_thread
from gateway.etag import condition_of, is_known, tag
from gateway.form import TYPES, form_of
from gateway.intake import Limits
from gateway.kind import untrusted
from gateway.names import app_of
from gateway.pack import FORMATS, Packer
from gateway.turn import in_turn, turn_end
from gateway.unpack import unpack
from models.files import Blob, blob_of, list_files, read_blobs, store_blobs, tree_hash
from models.write import Condition, refuse_tree, replace_tree

P = ParamSpec("P")
T = TypeVar("T")

BATCH_BYTES = 4 * 1024 * 1024
BATCH_FILES = 500
IN_MEMORY = 8 * 1024 * 1024
PIECE = 1024 * 1024
# Unpacking keeps a thread for long, and there are few; these leave the others to everybody else.
UNPACKING_AT_ONCE = 2
_unpacking = RunVar[CapacityLimiter]("unpacking")


async def get_archive(request: Request) -> Response:
    """The whole tree at one moment, as tar.gz or zip."""
    gateway, app_id, form = gateway_of(request), app_of(request), form_of(request)
    rows = await in_thread(_list, gateway, app_id)
    mark = f"{tree_hash({row['path']: row['sha256'] for row in rows})}.{form}"
    headers = untrusted(f"{app_id}.{form}") | {"ETag": tag(mark), "Vary": "Accept"}
    if is_known(request, mark):
        return Response(status_code=304, headers=headers)
    content = _packed(gateway, [] if request.method == "HEAD" else rows, form)
    return StreamingResponse(content, headers=headers, media_type=TYPES[form])


async def put_archive(request: Request) -> Response:
    """Replace the whole tree, when no call uses any file."""
    gateway, app_id, condition = gateway_of(request), app_of(request), _condition_of(request)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as upload:
        await _receive(request, upload)
        await _beside(_check, upload, Limits.of(gateway.settings))
        end = turn_end(gateway)
        await in_turn(gateway, partial(refuse_tree, app_id=app_id, condition=condition), end)
        tree = await _beside(_store, gateway, upload)
    replace = partial(_replace, gateway=gateway, app_id=app_id, tree=tree, condition=condition)
    versions = await in_turn(gateway, replace, end)
    return Json({"files": len(tree), "changed": len(versions), "bytes": sum(blob.size for blob in tree.values())})


def _condition_of(request: Request) -> Condition:
    """The demands made with tags of either form: both are of the same tree."""
    given = condition_of(request)
    return Condition(*(frozenset(_tree_of(mark) for mark in marks) for marks in (given.match, given.none_match)))


def _tree_of(mark: str) -> str:
    tree, _, form = mark.partition(".")
    return tree if form in TYPES else mark


async def _packed(gateway: Gateway, rows: list[Mapping[Any, Any]], form: str) -> AsyncIterator[bytes]:
    # Contents never change under their hash, so they may be read later than the list.
    packer = FORMATS[form]()
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


async def _receive(request: Request, upload: IO[bytes]) -> None:
    """Take in the body. Beyond what memory holds it goes to a disk, which may be slow."""
    piece = bytearray()
    async for chunk in chunks(request, gateway_of(request).settings.max_app_bytes):
        piece += chunk
        if len(piece) >= PIECE:
            await in_thread(upload.write, bytes(piece))
            piece.clear()
    await in_thread(upload.write, bytes(piece))


async def _beside(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Like `in_thread`, a few at a time."""
    limiter = _unpacking.get(None) or CapacityLimiter(UNPACKING_AT_ONCE)
    _unpacking.set(limiter)
    return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), limiter=limiter)


def _check(upload: IO[bytes], limits: Limits) -> None:
    """Unpack all of it and keep nothing, so that an archive that is bad at its end leaves no trace."""
    for _ in unpack(upload, limits):
        pass


def _store(gateway: Gateway, upload: IO[bytes]) -> dict[str, Blob]:
    """Keep an archive's contents, a few at a time, ahead of the turn; nobody sees them before it."""
    tree: dict[str, Blob] = {}
    waiting: list[bytes] = []
    size = 0
    for path, content in unpack(upload, Limits.of(gateway.settings)):
        tree[path] = blob_of(content)
        waiting.append(content)
        size += len(content)
        if size >= BATCH_BYTES or len(waiting) == BATCH_FILES:
            _keep(gateway, waiting)
            waiting, size = [], 0
    _keep(gateway, waiting)
    return tree


def _keep(gateway: Gateway, contents: list[bytes]) -> None:
    with gateway.store.write() as tx:
        store_blobs(tx, contents)


def _replace(
    tx: Connection, *, gateway: Gateway, app_id: str, tree: dict[str, Blob], condition: Condition
) -> dict[str, int]:
    return replace_tree(tx, app_id, tree, at=now(), settings=gateway.settings, condition=condition)
