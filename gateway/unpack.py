"""An archive's files, one by one, from a tar.gz or a zip that is not to be trusted. Touches nothing but the given file."""

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

from models.errors import Malformed, TooLarge, UnsupportedMediaType
from models.path import folders, normalise
from models.settings import Settings

SLACK = 1024 * 1024
HARMLESS_ENDS = ("EmptyHeaderError", "EOFHeaderError")
ZIP_END = b"PK\x05\x06"
ZIP_END_SIZE = 22
ZIP_MOST_COMMENT = 65_535
ZIP64_LOCATOR = b"PK\x06\x07"
ZIP64_LOCATOR_SIZE = 20
ZIP_ENTRY_BYTES = 2048


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold, in files and in bytes."""

    files: int
    file_bytes: int
    bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(settings.max_app_files, settings.max_file_bytes, settings.max_app_bytes)


def unpack(archive: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Every file's normalised path and content. Raises Malformed, TooLarge, and UnsupportedMediaType for other kinds."""
    archive.seek(0)
    magic = archive.read(4)
    archive.seek(0)
    if magic[:2] == b"\x1f\x8b":
        return _checked(_from_tar(archive, limits), limits)
    if magic[:2] == b"PK":
        return _checked(_from_zip(archive, limits), limits)
    raise UnsupportedMediaType("send a tar.gz or a zip")


def _checked(found: Iterator[tuple[str, bytes]], limits: Limits) -> Iterator[tuple[str, bytes]]:
    paths: set[str] = set()
    size = 0
    for name, content in found:
        path = _path(name)
        if path in paths:
            raise Malformed(f"the archive has {path} twice")
        paths.add(path)
        size += len(content)
        if len(paths) > limits.files:
            raise TooLarge(f"an app may have at most {limits.files} files")
        if size > limits.bytes:
            raise TooLarge(f"an app's files may have at most {limits.bytes} bytes together")
        yield path, content
    clash = next((path for path in sorted(paths) if not paths.isdisjoint(folders(path))), None)
    if clash:
        raise Malformed(f"the archive has {clash}, but also a file where its folder would be")


def _path(name: str) -> str:
    try:
        return normalise(name)
    except ValueError as error:
        raise Malformed(f"the archive has a path {name[:200]!a} that {error}") from error


def _refuse_large(name: str, size: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise TooLarge(f"{name[:200]} has {size} bytes; a file may have at most {limits.file_bytes}")


class _Info(tarfile.TarInfo):
    """tarfile takes a header that is broken for the archive's end; half a tree must not replace a whole one."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Info":
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if type(error).__name__ in HARMLESS_ENDS:
                raise
            raise Malformed(f"the tar archive is broken: {error}") from error
        if info.size < 0:
            raise Malformed("the tar archive is broken: a file of negative size")
        return info


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Ration:
    """A stream that gives at most so many bytes for each file, so that no header or file fills the memory."""

    def __init__(self, stream: _Readable, most: int) -> None:
        self._stream = stream
        self._most = most
        self._left = most

    def renew(self) -> None:
        self._left = self._most

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge("the archive has a file or a header that is too large")
        return data


def _from_tar(archive: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    ration = _Ration(gzip.GzipFile(fileobj=archive, mode="rb"), limits.file_bytes + SLACK)
    try:
        with tarfile.open(fileobj=cast(Any, ration), mode="r|", tarinfo=_Info, bufsize=64 * 1024) as tar:
            while (member := tar.next()) is not None:
                if not member.isdir():
                    yield member.name, _tar_content(tar, member, limits)
                # tarfile keeps every member that it has seen, for random access that we do not need.
                cast(Any, tar).members.clear()
                ration.renew()
        while ration.read(64 * 1024):
            ration.renew()
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, RecursionError) as error:
        raise Malformed(f"the tar.gz is broken: {error}") from error


def _tar_content(tar: tarfile.TarFile, member: tarfile.TarInfo, limits: Limits) -> bytes:
    if not member.isreg() or member.issparse():
        raise Malformed(f"{member.name[:200]!a} is a link or a device; an archive may hold files and folders only")
    _refuse_large(member.name, member.size, limits)
    content = tar.extractfile(member)
    return content.read() if content else b""


def _from_zip(archive: IO[bytes], limits: Limits) -> Iterator[tuple[str, bytes]]:
    _refuse_large_directory(archive, limits)
    try:
        with zipfile.ZipFile(archive) as found:
            for info in found.infolist():
                if not info.filename.endswith("/"):
                    yield info.filename, _zip_content(found, info, limits)
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Malformed(f"the zip is broken: {error}") from error


def _zip_content(found: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise Malformed(f"{info.filename[:200]!a} is a link or a device; an archive may hold files and folders only")
    _refuse_large(info.filename, info.file_size, limits)
    with found.open(info) as stream:
        content = stream.read(limits.file_bytes + 1)
    # What the directory says of a size may be a lie.
    _refuse_large(info.filename, len(content), limits)
    return content


def _refuse_large_directory(archive: IO[bytes], limits: Limits) -> None:
    """zipfile reads the whole directory into memory, so its size is checked first (APPNOTE.TXT, section 4.3.16)."""
    size = archive.seek(0, 2)
    archive.seek(max(0, size - ZIP_END_SIZE - ZIP_MOST_COMMENT - ZIP64_LOCATOR_SIZE))
    tail = archive.read()
    place = tail.rfind(ZIP_END)
    if place < 0:
        raise Malformed("the zip is broken: it has no end")
    if tail[max(0, place - ZIP64_LOCATOR_SIZE) : place].startswith(ZIP64_LOCATOR):
        raise UnsupportedMediaType("zip64 is not read; an app is never so large")
    if int.from_bytes(tail[place + 12 : place + 16], "little") > limits.files * ZIP_ENTRY_BYTES + SLACK:
        raise TooLarge(f"the archive has too many entries; an app may have at most {limits.files} files")
    archive.seek(0)
