"""What an archive may hold: how much of it, and under which names. Pure.

Nothing that an archive says of itself is believed: limits are held while its bytes come out.
"""

from dataclasses import dataclass

from models.errors import Malformed, TooLarge
from models.path import folders, normalise
from models.settings import Settings

FOLDERS_PER_FILE = 4
HEADER_BYTES = 2048
SLACK = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold, in files and in bytes."""

    files: int
    file_bytes: int
    bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(settings.max_app_files, settings.max_file_bytes, settings.max_app_bytes)

    @property
    def entries(self) -> int:
        """Files and folders together, for an empty folder costs time too."""
        return self.files * (1 + FOLDERS_PER_FILE) + 100

    @property
    def raw_bytes(self) -> int:
        """All that may come out of the compression, with headers and padding."""
        return self.bytes + self.entries * HEADER_BYTES + SLACK


class Intake:
    """The entries of one archive as they come. Everything raises Malformed and TooLarge."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._entries = 0
        self._bytes = 0

    def file(self, name: str) -> str:
        """The path of a file of this name, which must be the only one."""
        self._count()
        path = _path(name)
        if path in self._files:
            raise Malformed(f"the archive has {path} twice")
        self._files.add(path)
        if len(self._files) > self.limits.files:
            raise TooLarge(f"an app may have at most {self.limits.files} files")
        return path

    def folder(self, name: str) -> None:
        """The same for a folder, which may come again, and be the root."""
        self._count()
        if name.rstrip("/") not in ("", ".") or name.startswith("/"):
            self._folders.add(_path(name.rstrip("/") or name))

    def expect(self, path: str, size: int) -> None:
        """Refuse a file of such a size."""
        if size > self.limits.file_bytes:
            raise TooLarge(f"{path} is larger than the {self.limits.file_bytes} bytes that a file may have")

    def content(self, path: str, content: bytes) -> tuple[str, bytes]:
        """A file's content, once it is out."""
        self.expect(path, len(content))
        self._bytes += len(content)
        if self._bytes > self.limits.bytes:
            raise TooLarge(f"an app's files may have at most {self.limits.bytes} bytes together")
        return path, content

    def end(self) -> None:
        """Refuse a file and a folder of one name."""
        for path in sorted(self._files):
            clash = next((folder for folder in folders(path) if folder in self._files), None)
            if clash or path in self._folders:
                raise Malformed(f"in the archive {clash or path} is a file and also a folder")

    def _count(self) -> None:
        self._entries += 1
        if self._entries > self.limits.entries:
            raise TooLarge(f"the archive has more entries than the {self.limits.files} files of an app could need")


def _path(name: str) -> str:
    try:
        return normalise(name)
    except ValueError as error:
        raise Malformed(f"the archive has a path {name[:200]!a} that {error}") from error
