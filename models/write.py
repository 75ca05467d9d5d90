"""Files written from outside of any call: each write takes a turn of its own in the order of the app's calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from models.access import EVERYTHING, Access, conflict
from models.errors import Busy, NotFound, PreconditionFailed
from models.files import Blob, Effects, apply_effects, blob_of, list_files, store_blobs
from models.path import folders
from models.settings import Settings
from models.tables import apps, call_accesses, files, tool_calls
from models.turn import lock_app

NAMED = 10


@dataclass(frozen=True)
class Condition:
    """What a write demands of the file that is there, as hashes or `*`: to be one of `match`, and none of `none_match`."""

    match: frozenset[str] = frozenset()
    none_match: frozenset[str] = frozenset()

    def holds(self, sha256: str | None) -> bool:
        """Whether a file with this content (None: no file) is one that may be written."""
        if self.match and not _fits(self.match, sha256):
            return False
        return not _fits(self.none_match, sha256)


ANYTHING = Condition()


def write_file(
    tx: Connection,
    app_id: str,
    path: str,
    content: bytes | None,
    *,
    at: float,
    settings: Settings,
    condition: Condition = ANYTHING,
) -> Mapping[Any, Any]:
    """Write a file, or with None delete it, and give its new row of `files`. `path` is normalised.

    Raises Busy while unfinished calls use the file, PreconditionFailed, NotFound for deleting what is not there, and
    Conflict and TooLarge as `apply_effects` does; then nothing happened.
    """
    access = Access(path, writes=True)
    if content is not None:
        _refuse_busy(tx, app_id, access)
        store_blobs(tx, [content])
    seq = _take_turn(tx, app_id, access, at)
    there = tx.execute(select(files.c.sha256).where(files.c.app_id == app_id, files.c.path == path)).scalar()
    if not condition.holds(there):
        raise PreconditionFailed(f"{path} is now {there[:12] + '…' if there else 'not there'}")
    if content is None and there is None:
        raise NotFound(f"the app has no file {path}")
    effects = {path: None if content is None else blob_of(content)}
    apply_effects(tx, app_id, effects, call_key=None, seq=seq, at=at, settings=settings)
    return tx.execute(select(files).where(files.c.app_id == app_id, files.c.path == path)).mappings().one()


def replace_tree(
    tx: Connection, app_id: str, tree: Mapping[str, Blob], *, at: float, settings: Settings
) -> dict[str, int]:
    """Make these, whose contents are stored already, the app's only files; gives the new version of each changed path.

    Raises Busy while unfinished calls use any file, Conflict and TooLarge.
    """
    seq = _take_turn(tx, app_id, Access(EVERYTHING, writes=True), at)
    there = {row["path"]: row["sha256"] for row in list_files(tx, app_id)}
    gone: Effects = {path: None for path in there if path not in tree}
    changed: Effects = {path: blob for path, blob in tree.items() if there.get(path) != blob.sha256}
    return apply_effects(tx, app_id, {**gone, **changed}, call_key=None, seq=seq, at=at, settings=settings)


def _take_turn(tx: Connection, app_id: str, access: Access, at: float) -> int:
    """Hold the app's row and take its next `seq`. Raises Busy when calls that come first have not ended."""
    seq = lock_app(tx, app_id, at)
    _refuse_busy(tx, app_id, access)
    tx.execute(update(apps).where(apps.c.id == app_id).values(next_seq=seq + 1))
    return seq


def _refuse_busy(tx: Connection, app_id: str, access: Access) -> None:
    in_the_way = _in_the_way(tx, app_id, access)
    if in_the_way:
        raise Busy(
            f"{len(in_the_way)} tool calls have not finished with this: {', '.join(one['id'] for one in in_the_way)}",
            errors=[{"message_id": one["message_id"], "tool_call_id": one["id"]} for one in in_the_way],
            retry_after=1,
        )


def _in_the_way(tx: Connection, app_id: str, access: Access) -> list[Mapping[Any, Any]]:
    """The first few unfinished calls that touch the same, in the app's order."""
    query = (
        select(tool_calls.c.message_id, tool_calls.c.id, call_accesses.c.path, call_accesses.c.writes)
        .join(tool_calls, tool_calls.c.key == call_accesses.c.call_key)
        .where(call_accesses.c.app_id == app_id, *_near(access.path))
        .order_by(tool_calls.c.seq)
    )
    found: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for row in tx.execute(query).mappings():
        if conflict([access], [Access(row["path"], bool(row["writes"]))]):
            found.setdefault((row["message_id"], row["id"]), row)
        if len(found) == NAMED:
            break
    return list(found.values())


def _near(path: str) -> list[ColumnElement[bool]]:
    if path == EVERYTHING:
        return []
    column = call_accesses.c.path
    # "0" is the character after "/", so the range is all that lies in a folder of this name.
    return [or_(column.in_([EVERYTHING, path, *folders(path)]), (column > path + "/") & (column < path + "0"))]


def _fits(hashes: frozenset[str], sha256: str | None) -> bool:
    return sha256 is not None and ("*" in hashes or sha256 in hashes)
