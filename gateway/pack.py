"""A tree as tar.gz, piece by piece, and always the same bytes for the same files. Pure."""

import tarfile
import zlib
from collections.abc import Iterable, Iterator

END = bytes(2 * tarfile.BLOCKSIZE)
GZIP = 31


class Packer:
    """Compresses a tar archive as its files are given. The gzip header holds no name and no time (RFC 1952)."""

    def __init__(self) -> None:
        self._gzip = zlib.compressobj(6, zlib.DEFLATED, GZIP)

    def add(self, path: str, content: bytes) -> bytes:
        """The bytes to send for one more file; often none yet."""
        info = tarfile.TarInfo(path)
        info.size, info.mode = len(content), 0o644
        padding = bytes(-len(content) % tarfile.BLOCKSIZE)
        return self._gzip.compress(info.tobuf(tarfile.PAX_FORMAT) + content + padding)

    def end(self) -> bytes:
        """The last bytes."""
        return self._gzip.compress(END) + self._gzip.flush()


def pack(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The archive of these files, in the order given."""
    packer = Packer()
    for path, content in files:
        yield packer.add(path, content)
    yield packer.end()
