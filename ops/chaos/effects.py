"""Checks of an app's files: what running the calls that succeeded one by one, by `seq`, gives, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.tables import apps, blobs, file_versions, files, tool_calls
from ops.chaos.history import name_of
from ops.chaos.tree import Tree

# Ends that come from outside, whatever the files are.
FOREIGN = frozenset({"worker-lost", "timed-out", "provider-failed"})


def wrong_files(tx: Connection, app: str) -> Iterator[str]:
    """A sentence for each thing that is wrong with an app's files."""
    tree = Tree()
    rows = tx.execute(select(tool_calls).where(tool_calls.c.app_id == app).order_by(tool_calls.c.seq)).mappings()
    for row in rows:
        yield from _step(tree, row)
    yield from _wrong_versions(tx, app, tree.versions)
    yield from _wrong_content(tx, app, tree)


def _step(tree: Tree, row: Any) -> Iterator[str]:
    if row["status"] == "succeeded":
        error = tree.run(row["name"], row["arguments"])
        if error:
            yield f"{name_of(row)} succeeded where it must fail with {error}"
    elif row["status"] == "failed" and (slug := row["error"]["type"]) not in FOREIGN:
        expected = tree.error_of(row["name"], row["arguments"])
        if slug != expected:
            yield f"{name_of(row)} failed with {slug}, expected: {expected or 'success'}"


def _wrong_versions(tx: Connection, app: str, expected: Mapping[str, Sequence[str | None]]) -> Iterator[str]:
    query = select(file_versions).where(file_versions.c.app_id == app)
    found: dict[str, list[Any]] = {}
    for row in tx.execute(query.order_by(file_versions.c.path, file_versions.c.version)).mappings():
        found.setdefault(row["path"], []).append(row)
    for path in sorted(found.keys() | expected.keys()):
        rows, hashes = found.get(path, []), list(expected.get(path, []))
        if [row["version"] for row in rows] != list(range(1, len(rows) + 1)):
            yield f"{app}/{path} has the versions {[row['version'] for row in rows]}"
        if [row["sha256"] for row in rows] != hashes:
            yield f"{app}/{path} is not what running one by one gives: {_difference(rows, hashes)}"


def _difference(rows: Sequence[Any], hashes: Sequence[str | None]) -> str:
    for position, (row, sha256) in enumerate(zip(rows, hashes, strict=False), 1):
        if row["sha256"] != sha256:
            return f"version {position}, by seq {row['seq']}, is the first that differs"
    return f"{len(rows)} versions instead of {len(hashes)}"


def _wrong_content(tx: Connection, app: str, tree: Tree) -> Iterator[str]:
    query = select(files.c.path, blobs.c.content).join(blobs).where(files.c.app_id == app)
    found = {path: bytes(content) for path, content in tx.execute(query)}
    for path in sorted(found.keys() | tree.files.keys()):
        if found.get(path) != tree.files.get(path):
            yield f"{app}/{path} holds {found.get(path)!r} instead of {tree.files.get(path)!r}"
    counted = tx.execute(select(apps.c.files, apps.c.bytes).where(apps.c.id == app)).one_or_none()
    held = len(found), sum(map(len, found.values()))
    if counted is not None and tuple(counted) != held:
        yield f"{app} counts {counted.files} files of {counted.bytes} bytes; there are {held[0]} of {held[1]}"
