"""The app's files as a running stage reads them: from the database, with what earlier stages of the same call staged."""

from collections.abc import Iterator, Mapping, Sequence

from models.database import Store
from models.files import Blob, list_files, read_blob, read_blobs, read_file
from workers.run import FileEntry

BATCH_FILES = 500
BATCH_BYTES = 8 * 1024 * 1024


class StoredFiles:
    """The committed files, and over them the staged blobs of the call's finished stages."""

    def __init__(self, store: Store, app_id: str, staged: Mapping[str, Blob | None]) -> None:
        self._store = store
        self._app_id = app_id
        self._staged = staged

    def read(self, path: str) -> bytes | None:
        with self._store.read() as tx:
            if path not in self._staged:
                return read_file(tx, self._app_id, path)
            blob = self._staged[path]
            return read_blob(tx, blob.sha256) if blob else None

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        there = {entry.path: blob for entry, blob in self._all()}
        for batch in _batches({path: there[path] for path in paths if path in there}):
            with self._store.read() as tx:
                contents = read_blobs(tx, {blob.sha256 for blob in batch.values()})
            for path, blob in batch.items():
                yield path, contents[blob.sha256]

    def entries(self) -> Sequence[FileEntry]:
        return [entry for entry, _ in self._all()]

    def _all(self) -> list[tuple[FileEntry, Blob]]:
        """Every file there is, sorted by path."""
        with self._store.read() as tx:
            rows = list_files(tx, self._app_id)
        there = {row["path"]: (row["version"], Blob(row["sha256"], row["size"])) for row in rows}
        for path, blob in self._staged.items():
            there.pop(path, None)
            if blob:
                there[path] = (0, blob)
        return [(FileEntry(path, blob.size, version), blob) for path, (version, blob) in sorted(there.items())]


def _batches(blobs: Mapping[str, Blob]) -> Iterator[dict[str, Blob]]:
    """The blobs in groups that can be held in memory at once."""
    batch: dict[str, Blob] = {}
    size = 0
    for path, blob in blobs.items():
        if batch and (len(batch) == BATCH_FILES or size + blob.size > BATCH_BYTES):
            yield batch
            batch, size = {}, 0
        batch[path] = blob
        size += blob.size
    if batch:
        yield batch
