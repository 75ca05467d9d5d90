"""A tar's files, read forwards only, with a limit on whatever comes out of it."""

import tarfile
import zlib
from collections.abc import Iterator
from typing import Any, Protocol, cast

from gateway.intake import SLACK, Intake
from models.errors import Malformed, TooLarge

PIECE = 64 * 1024
END_MARK = "EOFHeaderError"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_tar(stream: Readable, intake: Intake) -> Iterator[tuple[str, bytes]]:
    """Every file's path and content. Raises Malformed and TooLarge."""
    ration = _Ration(stream, intake)
    try:
        with tarfile.open(fileobj=cast(Any, ration), mode="r|", tarinfo=_Info, bufsize=PIECE) as tar:
            while (member := tar.next()) is not None:
                if member.isdir():
                    intake.folder(member.name)
                else:
                    yield _file(tar, member, intake)
                # tarfile keeps every member that it has seen, for random access that we do not need.
                cast(Any, tar).members.clear()
                ration.renew()
            _refuse_more(cast(Any, tar).fileobj, ration)
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, RecursionError) as error:
        raise Malformed(f"the tar is broken: {error}") from error


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo, intake: Intake) -> tuple[str, bytes]:
    if member.issparse():
        raise Malformed(f"{member.name[:200]!a} is a sparse file; write it out in full")
    if not member.isreg():
        raise Malformed(f"{member.name[:200]!a} is a link or a device; an archive may hold files and folders only")
    path = intake.file(member.name)
    intake.expect(path, member.size)
    content = tar.extractfile(member)
    return intake.content(path, content.read() if content else b"")


def _refuse_more(rest: Readable, ration: "_Ration") -> None:
    """After the end there may only be zeros: anything else would be half of a tree that nobody looked at."""
    while piece := rest.read(PIECE):
        ration.renew()
        if piece.strip(b"\0"):
            raise Malformed("the tar is broken: it goes on after its end")


class _Info(tarfile.TarInfo):
    """tarfile takes a broken or missing header for the archive's end; half a tree must not replace a whole one."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Info":
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if type(error).__name__ == END_MARK:
                raise
            words = str(error) if buf else "it has no end, so a part may be missing"
            raise Malformed(f"the tar is broken: {words}") from error
        if info.size < 0:
            raise Malformed("the tar is broken: a file of negative size")
        return info


class _Ration:
    """Gives a stream's bytes: only so many for each file, so that none fills the memory, and only so many in all."""

    def __init__(self, stream: Readable, intake: Intake) -> None:
        self._stream = stream
        self._most = intake.limits.file_bytes + SLACK
        self._left = self._most
        self._in_all = intake.limits.raw_bytes

    def renew(self) -> None:
        self._left = self._most

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        self._in_all -= len(data)
        if self._left < 0:
            raise TooLarge("the archive has a file or a header that is too large")
        if self._in_all < 0:
            raise TooLarge("the archive holds more than an app may have")
        return data
