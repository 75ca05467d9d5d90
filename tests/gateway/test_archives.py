"""Archives out and in: always the same bytes, and no trick of a hostile one gets by."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.intake import Limits
from gateway.pack import pack
from gateway.unpack import unpack
from models.errors import Malformed, TooLarge, ToolreelError, UnsupportedMediaType

LIMITS = Limits(files=20, file_bytes=100_000, bytes=300_000)
NAMES = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="/\\."), min_size=1, max_size=60)


def tar(*members: tuple[tarfile.TarInfo, bytes], level: int = 6) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=level) as archive:
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, target
    return found


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def found(content: bytes) -> dict[str, bytes]:
    return dict(unpack(io.BytesIO(content), LIMITS))


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=2000), max_size=8))
def test_a_packed_tree_comes_out_as_it_was(tree: dict[str, bytes]) -> None:
    packed = b"".join(pack(sorted(tree.items())))
    assert found(packed) == tree
    assert packed == b"".join(pack(sorted(tree.items())))


def test_a_long_path_is_packed_so_that_tar_reads_it() -> None:
    path = "/".join(["folder"] * 60) + "/é.txt"
    with tarfile.open(fileobj=io.BytesIO(b"".join(pack([(path, b"x")])))) as archive:
        assert archive.getnames() == [path]


def test_tar_gz_and_zip_are_read_alike() -> None:
    expected = {"src/App.tsx": b"app", "README": b""}
    folder = info("src", tarfile.DIRTYPE)
    assert found(tar((folder, b""), (info("./src/App.tsx"), b"app"), (info("README"), b""))) == expected
    assert found(zipped(("src/", b""), ("src/App.tsx", b"app"), ("README", b""))) == expected


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../b", "a\\b", "a\nb", "x" * 300])
def test_a_path_out_of_the_app_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        found(tar((info(name), b"x")))
    with pytest.raises(Malformed):
        found(zipped((name, b"x")))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(Malformed, match="link or a device"):
        found(tar((info("a", kind, "/etc/passwd"), b"")))


def test_a_symbolic_link_in_a_zip_is_refused() -> None:
    link = zipfile.ZipInfo("a")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with pytest.raises(Malformed, match="link or a device"):
        found(zipped((link, b"/etc/passwd")))


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(Malformed, match="twice"):
        found(tar((info("a"), b"1"), (info("./a"), b"2")))


def test_a_file_where_a_folder_would_be_is_refused() -> None:
    with pytest.raises(Malformed, match="folder"):
        found(tar((info("a"), b"1"), (info("a/b"), b"2")))


@pytest.mark.parametrize("make", [lambda c: tar((info("a"), c)), lambda c: zipped(("a", c))])
def test_a_file_that_decompresses_to_too_much_is_refused(make: Callable[[bytes], bytes]) -> None:
    with pytest.raises(TooLarge):
        found(make(bytes(LIMITS.file_bytes + 1)))


def test_a_tree_that_is_too_large_together_is_refused() -> None:
    with pytest.raises(TooLarge, match="together"):
        found(tar(*((info(f"f{number}"), bytes(90_000)) for number in range(4))))


def test_too_many_files_are_refused() -> None:
    with pytest.raises(TooLarge, match="at most 20 files"):
        found(zipped(*((f"f{number}", b"") for number in range(21))))


def test_a_zip_that_lies_about_a_size_is_refused() -> None:
    content = zipped(("a", bytes(LIMITS.file_bytes * 2)))
    real, lie = struct.pack("<L", LIMITS.file_bytes * 2), struct.pack("<L", 10)
    with pytest.raises(ToolreelError):
        found(content.replace(real, lie))


def test_a_header_that_would_fill_the_memory_is_refused() -> None:
    bomb = info("a")
    bomb.pax_headers = {"comment": "x" * 3_000_000}
    with pytest.raises(TooLarge):
        found(tar((bomb, b"")))


def test_a_chain_of_headers_is_refused() -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 0
    with pytest.raises(Malformed):
        found(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) * 1500))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x1f\x8b", b"PK\x05\x06", b"\x1f\x8b\x08" + b"x" * 100, b"PK" * 50]
)
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises((Malformed, UnsupportedMediaType)):
        found(content)


def test_an_archive_that_was_cut_off_is_refused() -> None:
    whole = tar(*((info(f"f{number}"), bytes(range(256)) * 50) for number in range(5)), level=0)
    for end in range(1, len(whole), len(whole) // 50):
        with pytest.raises((Malformed, UnsupportedMediaType)):
            found(whole[:end])


def test_a_tar_that_is_broken_inside_is_refused() -> None:
    raw = bytearray(gzip.decompress(tar((info("a"), b"1"), (info("b"), b"2"))))
    raw[1024:1034] = b"\xff" * 10
    with pytest.raises(Malformed):
        found(gzip.compress(bytes(raw)))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=3000), st.sampled_from([b"\x1f\x8b\x08\x00", b"PK\x03\x04", b""]))
def test_any_bytes_are_read_or_refused(content: bytes, magic: bytes) -> None:
    for archive in (magic + content, gzip.compress(content)):
        try:
            found(archive)
        except ToolreelError as error:
            assert error.status in (400, 413, 415)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_change_to_an_archive_is_read_or_refused(data: Any) -> None:
    whole = bytearray(data.draw(st.sampled_from([tar((info("a"), b"1" * 600)), zipped(("a", b"1" * 600))])))
    for _ in range(3):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found(bytes(whole))
    except ToolreelError as error:
        assert error.status in (400, 413, 415)
