"""A zip's files. Its directory is measured before it is read, and only what is deflated or stored is taken out.

The format is APPNOTE.TXT of PKWARE, 6.3; sections are named where they are used.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from gateway.intake import HEADER_BYTES, SLACK, Intake
from models.errors import Malformed, TooLarge

END = struct.Struct("<4s4xHHLLH")
END_MARK = b"PK\x05\x06"
MOST_COMMENT = 65_535
LOCATOR_BYTES = 20
LOCATOR_MARK = b"PK\x06\x07"
ENTRY = struct.Struct("<4s24xHHH12x")
ENTRY_MARK = b"PK\x01\x02"
ENCRYPTED = 1
UTF8 = 1 << 11
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_zip(archive: IO[bytes], intake: Intake) -> Iterator[tuple[str, bytes]]:
    """Every file's path and content. Raises Malformed and TooLarge."""
    _measure(archive, intake)
    try:
        with zipfile.ZipFile(archive) as found:
            for info in found.infolist():
                name = _name(info)
                if name.endswith("/"):
                    intake.folder(name)
                else:
                    yield _file(found, info, name, intake)
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Malformed(f"the zip is broken: {error}") from error


def _file(found: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, intake: Intake) -> tuple[str, bytes]:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise Malformed(f"{name[:200]!a} is a link or a device; an archive may hold files and folders only")
    if info.flag_bits & ENCRYPTED:
        raise Malformed(f"{name[:200]!a} is encrypted")
    if info.compress_type not in METHODS:
        # zipfile takes out the others a whole piece at a time, however much comes out of it.
        raise Malformed(f"{name[:200]!a} is compressed by method {info.compress_type}; only deflate is read")
    path = intake.file(name)
    intake.expect(path, info.file_size)
    with found.open(info) as stream:
        content = stream.read(intake.limits.file_bytes + 1)
    if len(content) != info.file_size:
        raise Malformed(f"the zip is broken: {path} has not the size that its directory says")
    return intake.content(path, content)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was stored. Many programs write UTF-8 without the flag that says so (section 4.4.4, bit 11)."""
    name = info.orig_filename
    if info.flag_bits & UTF8:
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeDecodeError:
        return name


def _measure(archive: IO[bytes], intake: Intake) -> None:
    """Refuse a directory that would fill the memory, for zipfile reads all of it (sections 4.3.12 and 4.3.16)."""
    size = archive.seek(0, 2)
    archive.seek(max(0, size - END.size - MOST_COMMENT - LOCATOR_BYTES))
    tail = archive.read()
    place = tail.rfind(END_MARK)
    if place < 0 or len(tail) < place + END.size:
        raise Malformed("the zip is broken: it has no end")
    _, _, count, length, start, comment = END.unpack_from(tail, place)
    if place + END.size + comment != len(tail):
        raise Malformed("the zip is broken: it goes on after its end")
    if tail[max(0, place - LOCATOR_BYTES) :].startswith(LOCATOR_MARK):
        raise Malformed("the zip is a zip64, which is not read here; a tar.gz may be as large")
    if length > intake.limits.entries * HEADER_BYTES + SLACK:
        raise TooLarge("the archive's directory is larger than the files of an app could need")
    if start + length != size - len(tail) + place:
        raise Malformed("the zip is broken: its directory is not where it says")
    archive.seek(start)
    if _entries(archive.read(length), intake.limits.entries) != count:
        raise Malformed("the zip is broken: its directory has not as many entries as it says")
    archive.seek(0)


def _entries(directory: bytes, most: int) -> int:
    """How many entries a directory has, by its headers. Raises Malformed and TooLarge."""
    place = count = 0
    while place < len(directory):
        if len(directory) < place + ENTRY.size or not directory.startswith(ENTRY_MARK, place):
            raise Malformed("the zip is broken: its directory is damaged")
        _, name, extra, comment = ENTRY.unpack_from(directory, place)
        place += ENTRY.size + name + extra + comment
        count += 1
        if count > most:
            raise TooLarge("the archive has more entries than an app could need")
    if place > len(directory):
        raise Malformed("the zip is broken: its directory is damaged")
    return count
