"""The app's files as a stage reads them, many at once."""

import pytest

from models.database import Store
from models.files import Blob, blob_of, store_blobs
from tests.core.calls import add, complete, edit
from workers import stored
from workers.run import Files
from workers.stored import StoredFiles


@pytest.fixture
def tree(store: Store) -> Store:
    with store.write() as tx:
        (call,) = add(tx, edit("c1", "*")).calls
    complete(store, call.key, {"a": b"1", "b": b"22", "c/d": b"333", "e": b"1", "gone": b""})
    return store


def staged(store: Store, contents: dict[str, bytes | None]) -> dict[str, Blob | None]:
    with store.write() as tx:
        store_blobs(tx, [content for content in contents.values() if content is not None])
    return {path: None if content is None else blob_of(content) for path, content in contents.items()}


def test_many_files_are_read_in_the_order_asked_for(tree: Store) -> None:
    files = Files(StoredFiles(tree, "demo", {}))
    assert list(files.read_many(["e", "nowhere", "c/d", "a"])) == [("e", b"1"), ("c/d", b"333"), ("a", b"1")]
    assert list(files.read_many([])) == []


def test_what_this_call_has_staged_lies_over_what_is_there(tree: Store) -> None:
    earlier = staged(tree, {"b": b"from the stage before", "gone": None, "new": b"n"})
    files = Files(StoredFiles(tree, "demo", earlier), {"a": b"from this stage", "e": None})
    assert dict(files.read_many(["a", "b", "c/d", "e", "gone", "new"])) == {
        "a": b"from this stage",
        "b": b"from the stage before",
        "c/d": b"333",
        "new": b"n",
    }


def test_all_are_read_however_few_fit_into_a_batch(tree: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files(StoredFiles(tree, "demo", {}))
    whole = list(files.read_many(files.paths()))
    monkeypatch.setattr(stored, "BATCH_BYTES", 2)
    assert list(files.read_many(files.paths())) == whole
    monkeypatch.setattr(stored, "BATCH_FILES", 1)
    assert list(files.read_many(files.paths())) == whole
