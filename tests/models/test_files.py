"""An app's files: they appear with the last commit of a call or not at all, in gapless versions, within the limits."""

import pytest
from sqlalchemy import select

from models.database import Store
from models.errors import Conflict, TooLarge
from models.files import list_files, read_file, store_blobs
from models.lifecycle import Status
from models.tables import apps, blobs, call_accesses, file_versions, files, tool_calls
from tests.core.calls import add, claim_last, complete, edit, finish

serial = iter(range(10_000))


def write(store: Store, contents: dict[str, bytes | None], **limits: int) -> int:
    """A call that leaves these contents; gives its key."""
    with store.write() as tx:
        (call,) = add(tx, edit(f"c{next(serial)}", "*")).calls
    complete(store, call.key, contents, **limits)
    return call.key


def tree(store: Store) -> dict[str, bytes | None]:
    with store.read() as tx:
        return {row["path"]: read_file(tx, "demo", row["path"]) for row in list_files(tx, "demo")}


def history(store: Store, path: str) -> list[tuple[int, bytes | None]]:
    query = select(file_versions.c.version, blobs.c.content).outerjoin(blobs).where(file_versions.c.path == path)
    with store.read() as tx:
        rows = tx.execute(query.order_by(file_versions.c.version))
        return [(version, None if content is None else bytes(content)) for version, content in rows]


def totals(store: Store) -> tuple[int, int]:
    with store.read() as tx:
        count, size = tx.execute(select(apps.c.files, apps.c.bytes)).one()
        return count, size


def test_a_files_versions_have_no_gaps_across_deletes_and_renames(store: Store) -> None:
    write(store, {"a": b"one"})
    write(store, {"a": b"two"})
    write(store, {"a": None, "b": b"two"})
    write(store, {"a": b"three", "b": None})
    write(store, {"a": None})
    assert history(store, "a") == [(1, b"one"), (2, b"two"), (3, None), (4, b"three"), (5, None)]
    assert history(store, "b") == [(1, b"two"), (2, None)]
    assert tree(store) == {}


def test_deleting_what_is_not_there_makes_no_version(store: Store) -> None:
    write(store, {"a": None})
    write(store, {"b": b"1"})
    write(store, {"b": None})
    write(store, {"b": None})
    assert (history(store, "a"), len(history(store, "b"))) == ([], 2)


def test_a_version_knows_the_call_that_made_it(store: Store) -> None:
    key = write(store, {"a": b"1"})
    with store.read() as tx:
        made = tx.execute(select(file_versions.c.call_key, file_versions.c.seq)).one()
        seq = tx.execute(select(tool_calls.c.seq).where(tool_calls.c.key == key)).scalar_one()
    assert tuple(made) == (key, seq)


def test_an_app_knows_how_many_files_and_bytes_it_has(store: Store) -> None:
    write(store, {"a": b"123", "b": b"12"})
    write(store, {"a": b"1", "c": b"", "gone": None})
    assert totals(store) == (3, 3)
    write(store, {"b": None})
    assert totals(store) == (2, 1)
    write(store, {"b": b"1234"})
    assert totals(store) == (3, 5)


def test_the_same_content_is_kept_once(store: Store) -> None:
    write(store, {"a": b"same", "b": b"same"})
    write(store, {"c": b"same"})
    with store.read() as tx:
        assert len(tx.execute(select(blobs.c.sha256)).all()) == 1
    assert tree(store) == {"a": b"same", "b": b"same", "c": b"same"}


@pytest.mark.parametrize(
    ("there", "new"),
    [
        ("src", {"src/a": b"2"}),
        ("src/a", {"src": b"2"}),
        ("src/a/b", {"src/a": b"2"}),
        ("x", {"one/more": b"2", "one": b"2"}),
        ("x", {"y": b"2", "x/deep/down": b"2"}),
    ],
    ids=["file in a file", "file over a folder", "file over a deep folder", "both at once", "second of two"],
)
def test_a_path_cannot_be_a_file_and_a_folder(store: Store, there: str, new: dict[str, bytes | None]) -> None:
    write(store, {there: b"1"})
    assert refused(store, new, Conflict) == {there: b"1"}


def test_names_that_only_begin_alike_do_not_clash(store: Store) -> None:
    write(store, {"src/a": b"1", "src.txt": b"1", "src0": b"1", "sr": b"1", "src-/b": b"1"})
    assert len(tree(store)) == 5


def test_a_folder_that_is_gone_leaves_room_for_a_file(store: Store) -> None:
    write(store, {"src/a": b"1"})
    write(store, {"src/a": None, "src": b"2"})
    write(store, {"src": None, "src/a": b"3"})
    assert tree(store) == {"src/a": b"3"}


@pytest.mark.parametrize(
    ("limits", "new"),
    [
        ({"max_file_bytes": 3}, {"b": b"1234"}),
        ({"max_app_files": 2}, {"b": b"1", "c": b"1"}),
        ({"max_app_bytes": 5}, {"b": b"1234"}),
        ({"max_app_bytes": 5}, {"a": b"123456"}),
    ],
    ids=["file", "files", "bytes", "bytes of one"],
)
def test_what_is_over_a_limit_changes_nothing(
    store: Store, limits: dict[str, int], new: dict[str, bytes | None]
) -> None:
    write(store, {"a": b"12"})
    assert refused(store, new, TooLarge, **limits) == {"a": b"12"}
    assert totals(store) == (1, 2)


def test_what_just_fits_is_taken(store: Store) -> None:
    write(store, {"a": b"12", "b": b"123"}, max_file_bytes=3, max_app_files=2, max_app_bytes=5)
    assert totals(store) == (2, 5)


def test_an_app_that_is_over_a_limit_may_still_become_smaller(store: Store) -> None:
    write(store, {"a": b"1234", "b": b"1234"})
    write(store, {"a": b"1", "b": None}, max_app_files=1, max_app_bytes=5)
    write(store, {"a": b"2"}, max_app_bytes=1)
    assert tree(store) == {"a": b"2"}


def refused(
    store: Store, new: dict[str, bytes | None], error: type[Exception], **limits: int
) -> dict[str, bytes | None]:
    """Try a call's last commit, which must raise and leave the call and the order as they were; gives the tree then."""
    with store.write() as tx:
        (call,) = add(tx, edit(f"c{next(serial)}", "*")).calls
    claimed = claim_last(store, call.key)
    before = everything(store)
    with pytest.raises(error), store.write() as tx:
        finish(tx, claimed, new, **limits)
    assert everything(store) == before
    with store.read() as tx:
        status = tx.execute(select(tool_calls.c.status).where(tool_calls.c.key == call.key)).scalar_one()
        assert status == Status.RUNNING
    return tree(store)


def everything(store: Store) -> list[object]:
    with store.read() as tx:
        return [tx.execute(select(table)).all() for table in (apps, files, file_versions, blobs, call_accesses)]


def test_contents_that_are_there_already_cost_nothing(store: Store) -> None:
    for _ in range(2):
        with store.write() as tx:
            store_blobs(tx, [b"a", b"b", b"a", b""])
    with store.read() as tx:
        sizes = dict(tx.execute(select(blobs.c.content, blobs.c.size)).all())
    assert sizes == {b"a": 1, b"b": 1, b"": 0}
