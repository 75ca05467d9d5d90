"""Files written from outside of any call: each write takes a turn of its own in the order of the app's calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from models.access import EVERYTHING
from models.errors import Busy, NotFound, PreconditionFailed
from models.files import Blob, Effects, apply_effects, blob_of, list_files, store_blobs, tree_hash
from models.path import folders
from models.settings import Settings
from models.tables import apps, call_accesses, files, tool_calls
from models.turn import lock_app

NAMED = 10


@dataclass(frozen=True)
class Condition:
    """What a request demands of what is there, as hashes or `*`: to be one of `match`, and none of `none_match`."""

    match: frozenset[str] = frozenset()
    none_match: frozenset[str] = frozenset()

    def holds(self, sha256: str | None) -> bool:
        """Whether content with this hash (None: there is nothing) is what is demanded."""
        if self.match and not _fits(self.match, sha256):
            return False
        return not _fits(self.none_match, sha256)


ANYTHING = Condition()


@dataclass(frozen=True)
class Written:
    """A file's new row of `files`, and whether there was no such file before."""

    row: Mapping[Any, Any]
    created: bool


def write_file(
    tx: Connection,
    app_id: str,
    path: str,
    content: bytes | None,
    *,
    at: float,
    settings: Settings,
    condition: Condition = ANYTHING,
) -> Written:
    """Write a file, or with None delete it. `path` is normalised.

    Raises Busy while unfinished calls use the file, PreconditionFailed, NotFound for deleting what is not there, and
    Conflict and TooLarge as `apply_effects` does; then nothing happened.
    """
    if content is not None:
        _refuse_busy(tx, app_id, path)
        store_blobs(tx, [content])
    seq = _take_turn(tx, app_id, path, at)
    there = tx.execute(select(files.c.sha256).where(files.c.app_id == app_id, files.c.path == path)).scalar()
    if content is None and there is None:
        raise NotFound(f"the app has no file {path}")
    if not condition.holds(there):
        raise PreconditionFailed(f"{path} is {f'{there[:12]}… here' if there else 'not there'}")
    effects = {path: None if content is None else blob_of(content)}
    apply_effects(tx, app_id, effects, call_key=None, seq=seq, at=at, settings=settings)
    row = tx.execute(select(files).where(files.c.app_id == app_id, files.c.path == path)).mappings().one()
    return Written(row, created=there is None)


def replace_tree(
    tx: Connection,
    app_id: str,
    tree: Mapping[str, Blob],
    *,
    at: float,
    settings: Settings,
    condition: Condition = ANYTHING,
) -> dict[str, int]:
    """Make these, whose contents are stored already, the app's only files; gives the new version of each changed path.

    Raises Busy while unfinished calls use any file, PreconditionFailed for the tree's hash, Conflict and TooLarge.
    """
    seq = _take_turn(tx, app_id, EVERYTHING, at)
    there = _refuse_changed(tx, app_id, condition)
    gone: Effects = {path: None for path in there if path not in tree}
    changed: Effects = {path: blob for path, blob in tree.items() if there.get(path) != blob.sha256}
    return apply_effects(tx, app_id, {**gone, **changed}, call_key=None, seq=seq, at=at, settings=settings)


def refuse_tree(tx: Connection, app_id: str, condition: Condition) -> None:
    """What `replace_tree` would refuse at this moment, before any content is stored. Raises Busy, PreconditionFailed."""
    _refuse_busy(tx, app_id, EVERYTHING)
    _refuse_changed(tx, app_id, condition)


def _refuse_changed(tx: Connection, app_id: str, condition: Condition) -> dict[str, str]:
    """The app's tree, as hashes by path, when it is what is demanded."""
    there = {row["path"]: row["sha256"] for row in list_files(tx, app_id)}
    if not condition.holds(tree_hash(there)):
        raise PreconditionFailed("the app's files are not those that you named")
    return there


def _refuse_busy(tx: Connection, app_id: str, path: str) -> None:
    """Raises Busy when calls that have not ended use the file, its folders, what lies in it, or the whole app."""
    in_the_way = _in_the_way(tx, app_id, path)
    if in_the_way:
        named = in_the_way[:NAMED]
        more = " and more" if len(in_the_way) > NAMED else ""
        raise Busy(
            f"tool calls have not finished with this: {', '.join(one['id'] for one in named)}{more}",
            errors=[{"message_id": one["message_id"], "tool_call_id": one["id"]} for one in named],
            retry_after=1,
        )


def _take_turn(tx: Connection, app_id: str, path: str, at: float) -> int:
    """Hold the app's row and take its next `seq`. Raises Busy when calls that come first have not ended."""
    seq = lock_app(tx, app_id, at)
    _refuse_busy(tx, app_id, path)
    tx.execute(update(apps).where(apps.c.id == app_id).values(next_seq=seq + 1))
    return seq


def _in_the_way(tx: Connection, app_id: str, path: str) -> Sequence[Mapping[Any, Any]]:
    """The first few unfinished calls that touch the same, in the app's order."""
    query = (
        select(tool_calls.c.message_id, tool_calls.c.id, tool_calls.c.seq)
        .join(call_accesses, call_accesses.c.call_key == tool_calls.c.key)
        .where(call_accesses.c.app_id == app_id, *_near(path))
        .distinct()
        .order_by(tool_calls.c.seq)
        .limit(NAMED + 1)
    )
    return tx.execute(query).mappings().all()


def _near(path: str) -> list[ColumnElement[bool]]:
    if path == EVERYTHING:
        return []
    column = call_accesses.c.path
    # "0" is the character after "/", so the range is all that lies in a folder of this name.
    return [or_(column.in_([EVERYTHING, path, *folders(path)]), (column > path + "/") & (column < path + "0"))]


def _fits(hashes: frozenset[str], sha256: str | None) -> bool:
    return sha256 is not None and ("*" in hashes or sha256 in hashes)
