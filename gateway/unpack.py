"""An archive's files, one by one, from a tar, tar.gz or zip that is not to be trusted. Touches nothing but the given file."""

import gzip
from collections.abc import Iterator
from typing import IO

from gateway.intake import Intake, Limits
from gateway.untar import read_tar
from gateway.unzip import read_zip
from models.errors import UnsupportedMediaType

GZIP = b"\x1f\x8b"
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
TAR, TAR_PLACE = b"ustar", 257


def unpack(archive: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Every file's normalised path and content, in the archive's order. Its first bytes tell of which kind it is.

    Raises Malformed, TooLarge, and UnsupportedMediaType for other kinds; a whole archive is good only when it is through.
    """
    archive.seek(0)
    magic = archive.read(TAR_PLACE + len(TAR))
    archive.seek(0)
    intake = Intake(limits)
    yield from _entries(archive, magic, intake)
    intake.end()


def _entries(archive: IO[bytes], magic: bytes, intake: Intake) -> Iterator[tuple[str, bytes]]:
    if magic.startswith(GZIP):
        return read_tar(gzip.GzipFile(fileobj=archive, mode="rb"), intake)
    if magic.startswith(ZIPS):
        return read_zip(archive, intake)
    if magic[TAR_PLACE:] == TAR:
        return read_tar(archive, intake)
    raise UnsupportedMediaType("send a tar.gz, a tar or a zip")
