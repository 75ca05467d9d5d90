"""The app's files as a running stage reads them: from the database, with what earlier stages of the same call staged."""

from collections.abc import Mapping, Sequence

from models.database import Store
from models.files import Blob, list_files, read_blob, read_file
from workers.run import FileEntry


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

    def entries(self) -> Sequence[FileEntry]:
        with self._store.read() as tx:
            rows = list_files(tx, self._app_id)
        there = {row["path"]: FileEntry(row["path"], row["size"], row["version"]) for row in rows}
        for path, blob in self._staged.items():
            there.pop(path, None)
            if blob:
                there[path] = FileEntry(path, blob.size, 0)
        return sorted(there.values(), key=lambda entry: entry.path)
