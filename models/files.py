"""An app's files: content-addressed blobs, gapless versions for each path, and the limits. Writers hold the app's row."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from models.database import insert_missing
from models.errors import Conflict, TooLarge
from models.path import folders
from models.settings import Settings
from models.tables import apps, blobs, file_versions, files, tool_calls

MANY_PATHS = 40
# What the column holds on PostgreSQL.
MOST_VERSIONS = 2**31 - 1
# Databases limit how many values one statement may carry: SQLite 32,766, PostgreSQL 65,535.
MOST_VALUES = 5_000


@dataclass(frozen=True)
class Blob:
    """A piece of content by its hash."""

    sha256: str
    size: int


Effects = Mapping[str, Blob | None]


def blob_of(content: bytes) -> Blob:
    return Blob(hashlib.sha256(content).hexdigest(), len(content))


def store_blobs(tx: Connection, contents: Iterable[bytes]) -> None:
    """Keep contents by their hash; one that is there already costs nothing. Do it before `lock_app`, never after.

    Two transactions that took these in opposite orders could wait for each other.
    """
    rows = {blob_of(content).sha256: content for content in contents}
    # Sorted, so that two transactions that store the same blobs never wait for each other in a circle.
    insert_missing(tx, blobs, [{"sha256": key, "size": len(rows[key]), "content": rows[key]} for key in sorted(rows)])


def read_blob(tx: Connection, sha256: str) -> bytes:
    return bytes(tx.execute(select(blobs.c.content).where(blobs.c.sha256 == sha256)).scalar_one())


def read_blobs(tx: Connection, hashes: Iterable[str]) -> dict[str, bytes]:
    """The contents of a few hashes, by hash."""
    query = select(blobs.c.sha256, blobs.c.content).where(blobs.c.sha256.in_(set(hashes)))
    return {sha256: bytes(content) for sha256, content in tx.execute(query)}


def read_file(tx: Connection, app_id: str, path: str) -> bytes | None:
    """The file's bytes, or None when the app has no such file."""
    query = select(blobs.c.content).join(files, files.c.sha256 == blobs.c.sha256)
    content = tx.execute(query.where(files.c.app_id == app_id, files.c.path == path)).scalar_one_or_none()
    return None if content is None else bytes(content)


def list_files(tx: Connection, app_id: str, prefix: str = "") -> list[Mapping[Any, Any]]:
    """The app's files with such a path, sorted by it: rows of `path, version, sha256, size, updated_at`."""
    query = select(files).where(files.c.app_id == app_id, files.c.sha256.is_not(None)).order_by(files.c.path)
    if prefix:
        # LIKE would ignore case in SQLite; the comparison lets both databases begin at the prefix.
        query = query.where(files.c.path >= prefix, func.substr(files.c.path, 1, len(prefix)) == prefix)
    return list(tx.execute(query).mappings())


def list_versions(
    tx: Connection, app_id: str, path: str, *, before: int | None, limit: int
) -> Sequence[Mapping[Any, Any]]:
    """A file's versions below `before`, newest first, each with `message_id` and `id` of the call that made it."""
    query = (
        select(file_versions, tool_calls.c.message_id, tool_calls.c.id)
        .outerjoin(tool_calls, tool_calls.c.key == file_versions.c.call_key)
        .where(file_versions.c.app_id == app_id, file_versions.c.path == path)
    )
    if before is not None:
        query = query.where(file_versions.c.version < min(before, MOST_VERSIONS))
    return tx.execute(query.order_by(file_versions.c.version.desc()).limit(limit)).mappings().all()


def tree_hash(tree: Mapping[str, str]) -> str:
    """One hash for a whole tree, given as hashes by path."""
    # No path holds a NUL or a line end, so no two trees give one text.
    text = "".join(f"{path}\0{tree[path]}\n" for path in sorted(tree))
    return hashlib.sha256(text.encode()).hexdigest()


def apply_effects(
    tx: Connection, app_id: str, effects: Effects, *, call_key: int | None, seq: int, at: float, settings: Settings
) -> dict[str, int]:
    """Make the effects the app's newest versions and give each path's new version; None deletes.

    The caller holds the app's row. Raises Conflict where a file and a folder would have one name, TooLarge over a limit.
    """
    if not effects:
        return {}
    before = _rows(tx, app_id, effects)
    changed = {path: blob for path, blob in effects.items() if blob or _is_there(before.get(path))}
    _refuse_large(changed, settings)
    versions = {path: before[path]["version"] + 1 if path in before else 1 for path in changed}
    rows = [
        {"app_id": app_id, "path": path, "version": versions[path], "sha256": blob and blob.sha256}
        | {"size": blob.size if blob else 0}
        for path, blob in changed.items()
    ]
    _put(tx, rows, before, at)
    if rows:
        tx.execute(insert(file_versions), [row | {"call_key": call_key, "seq": seq, "at": at} for row in rows])
    _refuse_clashes(tx, app_id, [path for path, blob in changed.items() if blob])
    _account(tx, app_id, before, changed, settings)
    return versions


def _rows(tx: Connection, app_id: str, effects: Effects) -> dict[str, Mapping[Any, Any]]:
    found: dict[str, Mapping[Any, Any]] = {}
    for paths in _portions(list(effects)):
        query = select(files).where(files.c.app_id == app_id, files.c.path.in_(paths))
        found |= {row["path"]: row for row in tx.execute(query).mappings()}
    return found


def _portions(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    return (paths[start : start + MOST_VALUES] for start in range(0, len(paths), MOST_VALUES))


def _is_there(row: Mapping[Any, Any] | None) -> bool:
    return row is not None and row["sha256"] is not None


def _put(tx: Connection, rows: list[dict[str, Any]], before: Mapping[str, Mapping[Any, Any]], at: float) -> None:
    fresh = [row | {"updated_at": at} for row in rows if row["path"] not in before]
    if fresh:
        tx.execute(insert(files), fresh)
    known = [{f"new_{name}": value for name, value in row.items()} for row in rows if row["path"] in before]
    if known:
        same = (files.c.app_id == bindparam("new_app_id")) & (files.c.path == bindparam("new_path"))
        newest: dict[Any, Any] = {files.c[name]: bindparam(f"new_{name}") for name in ("version", "sha256", "size")}
        tx.execute(update(files).where(same).values(newest).values(updated_at=at), known)


def _refuse_large(effects: Effects, settings: Settings) -> None:
    for path, blob in effects.items():
        if blob and blob.size > settings.max_file_bytes:
            raise TooLarge(f"{path} has {blob.size} bytes; a file may have at most {settings.max_file_bytes}")


def _refuse_clashes(tx: Connection, app_id: str, paths: list[str]) -> None:
    there = select(files.c.path).where(files.c.app_id == app_id, files.c.sha256.is_not(None))
    if len(paths) > MANY_PATHS:
        _refuse_clashes_among(tx.execute(there).scalars().all())
        return
    for path in paths:
        # "0" is the character after "/", so the range is all that lies in a folder of this name.
        inside = (files.c.path > path + "/") & (files.c.path < path + "0")
        clash = tx.execute(there.where(or_(inside, files.c.path.in_(folders(path)))).limit(1)).scalar_one_or_none()
        if clash is not None:
            raise _clash(path, clash)


def _refuse_clashes_among(paths: Sequence[str]) -> None:
    """The same for a whole tree at once, without a query for each path."""
    names = set(paths)
    for path in paths:
        for folder in folders(path):
            if folder in names:
                raise _clash(path, folder)


def _clash(one: str, other: str) -> Conflict:
    return Conflict(f"{one} and {other} cannot both be there: one would be a file and a folder at once")


def _account(
    tx: Connection, app_id: str, before: Mapping[str, Mapping[Any, Any]], effects: Effects, settings: Settings
) -> None:
    more_files = sum(bool(blob) - _is_there(before.get(path)) for path, blob in effects.items())
    old_bytes = sum(before[path]["size"] for path in effects if path in before)
    more_bytes = sum(blob.size for blob in effects.values() if blob) - old_bytes
    count, size = tx.execute(
        update(apps)
        .where(apps.c.id == app_id)
        .values(files=apps.c.files + more_files, bytes=apps.c.bytes + more_bytes)
        .returning(apps.c.files, apps.c.bytes)
    ).one()
    if more_files > 0 and count > settings.max_app_files:
        raise TooLarge(f"an app may have at most {settings.max_app_files} files")
    if more_bytes > 0 and size > settings.max_app_bytes:
        raise TooLarge(f"an app's files may have at most {settings.max_app_bytes} bytes together")
