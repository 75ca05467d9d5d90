"""Archives made to do harm: bombs, lies, tricks with names. Each is refused, and none costs much."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from gateway.intake import Limits
from gateway.unpack import unpack
from models.errors import Malformed, TooLarge, ToolreelError, UnsupportedMediaType
from tests.gateway.test_archives import LIMITS, found, info, tar, zipped

MIB = 1024 * 1024


def raw_tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    return gzip.decompress(tar(*members))


def folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    return info(name, tarfile.DIRTYPE), b""


def refuses(content: bytes, kind: type[ToolreelError], words: str | None = None, limits: Limits = LIMITS) -> None:
    with pytest.raises(kind, match=words):
        dict(unpack(io.BytesIO(content), limits))


def patched(content: bytes, mark: bytes, offset: int, value: bytes, *, last: bool = False) -> bytes:
    place = (content.rfind(mark) if last else content.find(mark)) + offset
    return content[:place] + value + content[place + len(value) :]


def central(content: bytes, offset: int, value: bytes) -> bytes:
    """Change a field of a zip's first entry in its directory."""
    return patched(content, b"PK\x01\x02", offset, value)


def local(content: bytes, offset: int, value: bytes) -> bytes:
    return patched(content, b"PK\x03\x04", offset, value)


def end(content: bytes, offset: int, value: bytes) -> bytes:
    return patched(content, b"PK\x05\x06", offset, value, last=True)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_method_cannot_be_held_to_a_limit_is_refused(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a", bytes(10))
    refuses(buffer.getvalue(), Malformed, "only deflate is read")


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_tar_in_another_compression_is_not_read(pack: Callable[[bytes], bytes]) -> None:
    refuses(pack(raw_tar((info("a"), b"1"))), UnsupportedMediaType, "tar.gz")


def test_a_zip_bomb_costs_little_memory() -> None:
    bomb = zipped(("a", bytes(50 * MIB)))
    bomb = central(local(bomb, 22, struct.pack("<L", 10)), 24, struct.pack("<L", 10))
    assert memory_of(lambda: refuses(bomb, ToolreelError)) < 4 * MIB


def test_a_tar_bomb_costs_little_memory() -> None:
    bomb = tar((info("a"), bytes(50 * MIB)))
    assert memory_of(lambda: refuses(bomb, TooLarge)) < 4 * MIB


def test_a_bomb_after_the_end_of_a_tar_is_refused_before_it_is_through() -> None:
    bomb = gzip.compress(raw_tar((info("a"), b"1")) + bytes(100 * MIB), 1)
    assert memory_of(lambda: refuses(bomb, TooLarge)) < 4 * MIB


def test_a_gzip_in_a_gzip_is_not_a_tar() -> None:
    refuses(gzip.compress(gzip.compress(raw_tar((info("a"), b"1")))), Malformed)


@pytest.mark.parametrize(
    "make", [lambda names: tar(*map(folder, names)), lambda names: zipped(*((f"{name}/", b"") for name in names))]
)
def test_folders_without_end_are_refused(make: Callable[[list[str]], bytes]) -> None:
    refuses(make([f"d{number}" for number in range(LIMITS.entries + 1)]), TooLarge, "entries")


@pytest.mark.parametrize("name", ["../out/", "/etc/", "a/../../b/", "a\\b/"])
def test_a_folder_out_of_the_app_is_refused(name: str) -> None:
    refuses(tar((info(name, tarfile.DIRTYPE), b"")), Malformed)
    refuses(zipped((name, b"")), Malformed)


def test_the_root_itself_may_be_listed() -> None:
    assert found(tar(folder("./"), (info("./a"), b"1"))) == {"a": b"1"}


def test_a_file_and_a_folder_of_one_name_are_refused() -> None:
    refuses(tar(folder("a"), (info("a"), b"1")), Malformed, "also a folder")
    refuses(zipped(("a", b"1"), ("a/", b"")), Malformed, "also a folder")


def test_two_files_of_one_name_in_a_zip_are_refused() -> None:
    with pytest.warns(UserWarning):
        content = zipped(("a", b"1"), ("a", b"2"))
    refuses(content, Malformed, "twice")


@pytest.mark.parametrize("key", ["path", "GNU.sparse.name"])
@pytest.mark.parametrize("value", ["../out", "/etc/passwd", "a\0b", "a/../../b"])
def test_a_path_in_an_extended_header_is_judged_like_any_other(key: str, value: str) -> None:
    member = info("harmless")
    member.pax_headers = {key: value} | ({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"} if "sparse" in key else {})
    refuses(tar((member, b"0\n" + bytes(510))), Malformed)


def test_a_size_in_an_extended_header_is_not_believed() -> None:
    member = info("a")
    member.pax_headers = {"size": str(10**12)}
    refuses(tar((member, b"x")), TooLarge)


def test_a_sparse_file_is_refused() -> None:
    member = info("a")
    member.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(10**12), "GNU.sparse.numblocks": "1"}
    refuses(tar((member, b"x")), Malformed, "sparse")


def test_a_name_that_is_no_text_is_refused_in_words_that_can_be_sent() -> None:
    raw = bytearray(raw_tar((info("name"), bytes(LIMITS.file_bytes + 1))))
    raw[0:4] = b"\xff\xfe\xfd\xfc"
    raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + 8 * 32 + sum(raw[156:512]))
    with pytest.raises(Malformed, match="valid Unicode") as caught:
        found(bytes(raw))
    caught.value.detail.encode()


@pytest.mark.parametrize("level", ["tar", "tar.gz"])
@pytest.mark.parametrize("keep", [1024, 512, 1536])
def test_a_tar_without_its_end_is_refused_even_where_a_file_ends(level: str, keep: int) -> None:
    cut = raw_tar((info("a"), b"1"), (info("b"), b"2"))[:keep]
    refuses(cut if level == "tar" else gzip.compress(cut), Malformed)


def test_a_second_tar_behind_the_first_is_refused() -> None:
    both = raw_tar((info("a"), b"1")) + raw_tar((info("b"), b"2"))
    refuses(both, Malformed, "after its end")
    refuses(tar((info("a"), b"1")) + tar((info("b"), b"2")), Malformed, "after its end")


def test_anything_behind_the_end_is_refused() -> None:
    refuses(tar((info("a"), b"1")) + b"more", Malformed)
    refuses(zipped(("a", b"1")) + b"more", Malformed, "after its end")
    refuses(b"more" + zipped(("a", b"1")), UnsupportedMediaType)


def test_a_gzip_whose_checksum_is_wrong_is_refused() -> None:
    content = bytearray(tar((info("a"), b"1")))
    content[-8] ^= 1
    refuses(bytes(content), Malformed, "CRC")


ZIP = zipped(("a", b"1" * 600))
TRICKS: dict[str, Any] = {
    "an encrypted file": (central(local(ZIP, 6, b"\1\0"), 8, b"\1\0"), "encrypted"),
    "a wrong checksum": (central(local(ZIP, 14, bytes(4)), 16, bytes(4)), "CRC"),
    "two names for one file": (local(ZIP, 30, b"b"), "differ"),
    "a size that is too small": (central(ZIP, 24, struct.pack("<L", 10)), "broken"),
    "a size that is too large": (central(ZIP, 24, struct.pack("<L", 700)), "size"),
    "a name with a NUL": (zipped(("a.txt", b"1")).replace(b"a.txt", b"a\0txt"), "control"),
    "more entries than there are": (end(ZIP, 10, b"\2\0"), "entries"),
    "a directory that is not there": (end(ZIP, 16, struct.pack("<L", 10)), "directory"),
    "a directory before the file": (end(ZIP, 16, struct.pack("<L", 2**31)), "directory"),
    "a directory that is damaged": (central(ZIP, 0, b"XX"), "damaged"),
    "a directory that is cut off": (central(ZIP, 28, b"\xff\xff"), "damaged"),
    "zip64": (ZIP[:-22] + b"PK\x06\x07" + bytes(16) + ZIP[-22:], "zip64"),
    "a piece of a zip on several disks": (b"PK\x07\x08" + ZIP, "tar.gz"),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_zip_with_a_trick_is_refused(trick: str) -> None:
    content, words = TRICKS[trick]
    with pytest.raises((Malformed, UnsupportedMediaType), match=words):
        found(content)


def test_a_directory_that_would_fill_the_memory_is_not_read() -> None:
    many = zipped(*((f"{number}", b"") for number in range(LIMITS.entries + 1)))
    refuses(many, TooLarge, "entries")
    long = zipped(("a", b""))
    lie = end(long[:-22] + bytes(3 * MIB) + long[-22:], 12, struct.pack("<L", 3 * MIB + 47))
    refuses(lie, TooLarge, "directory")


def test_a_zip_as_other_programs_write_it_is_read() -> None:
    unflagged = zipfile.ZipInfo("placeholder")
    content = zipped((unflagged, b"1")).replace(b"placeholder", "grün-ä-é".encode())
    assert found(content) == {"grün-ä-é": b"1"}
    old = zipfile.ZipInfo("caf_")
    assert found(zipped((old, b"1")).replace(b"caf_", b"caf\x82")) == {"café": b"1"}
    commented = io.BytesIO()
    with zipfile.ZipFile(commented, "w") as archive:
        archive.comment = b"made by hand"
        with archive.open("big", "w", force_zip64=True) as stream:
            stream.write(b"1")
    assert found(commented.getvalue()) == {"big": b"1"}


def test_one_folder_around_everything_stays() -> None:
    assert found(zipped(("repo-main/a", b"1"), ("repo-main/b/c", b"2"))) == {"repo-main/a": b"1", "repo-main/b/c": b"2"}


def test_names_that_differ_only_in_case_or_in_unicode_form_are_different_files() -> None:
    tree = {"A": b"1", "a": b"2", "\u00e9": b"3", "e\u0301": b"4"}
    assert found(tar(*((info(name), tree[name]) for name in tree))) == tree
    assert found(zipped(*tree.items())) == tree


def memory_of(run: Callable[[], None]) -> int:
    """The most bytes that Python held at once meanwhile."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
