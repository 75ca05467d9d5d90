"""A tree as tar.gz or zip, piece by piece, and always the same bytes for the same files. Pure."""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

END = bytes(2 * tarfile.BLOCKSIZE)
GZIP = 31
LEVEL = 6
MODE = 0o100644


class Packer(Protocol):
    """Makes an archive as its files are given."""

    def add(self, path: str, content: bytes) -> bytes:
        """The bytes to send for one more file; often none yet."""

    def end(self) -> bytes:
        """The last bytes."""


class TarGz:
    """A tar in pax format, in gzip whose header holds no name and no time (RFC 1952)."""

    def __init__(self) -> None:
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)

    def add(self, path: str, content: bytes) -> bytes:
        info = tarfile.TarInfo(path)
        info.size, info.mode = len(content), MODE & 0o777
        padding = bytes(-len(content) % tarfile.BLOCKSIZE)
        return self._gzip.compress(info.tobuf(tarfile.PAX_FORMAT) + content + padding)

    def end(self) -> bytes:
        return self._gzip.compress(END) + self._gzip.flush()


class Zip:
    """A zip whose entries are all of 1980-01-01, the first day that the format knows."""

    def __init__(self) -> None:
        self._sent = _Sent()
        self._zip = zipfile.ZipFile(self._sent, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)

    def add(self, path: str, content: bytes) -> bytes:
        info = zipfile.ZipInfo(path)
        info.create_system, info.external_attr, info.compress_type = 3, MODE << 16, zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content, compresslevel=LEVEL)
        return self._sent.take()

    def end(self) -> bytes:
        self._zip.close()
        return self._sent.take()


FORMATS: dict[str, type[TarGz] | type[Zip]] = {"tar.gz": TarGz, "zip": Zip}


def pack(files: Iterable[tuple[str, bytes]], form: str = "tar.gz") -> Iterator[bytes]:
    """The archive of these files, in the order given. `form` is one of FORMATS."""
    packer = FORMATS[form]()
    for path, content in files:
        yield packer.add(path, content)
    yield packer.end()


class _Sent(io.RawIOBase):
    """Where zipfile writes to: like a socket, it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
