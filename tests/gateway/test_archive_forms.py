"""Trees that leave as an archive and come into another app as they were, and archives as other programs know them."""

import subprocess
import tarfile
import uuid
import zipfile
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway.form import TYPES
from models.tables import blobs
from tests.gateway.conftest import Scene
from tests.gateway.test_archives import info, tar, zipped
from tests.gateway.test_files import place, put, tree
from tests.program import needs

FORMS = list(TYPES)
TREE = {"a.txt": b"1", "src/ü/B.tsx": b"\0\xff" * 900, "src/empty": b"", "-rf": b"x", "sp ace/*": b"y"}

names = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="/\\"), min_size=1, max_size=40)
paths = st.lists(names.filter(lambda name: name not in (".", "..")), min_size=1, max_size=3).map("/".join)
trees = st.dictionaries(
    paths.filter(lambda path: len(path.encode()) < 300), st.binary(max_size=3000), max_size=6
).filter(lambda found: not any(one != other and other.startswith(f"{one}/") for one in found for other in found))


def get(scene: Scene, app: str, form: str | None = None, **headers: str) -> httpx.Response:
    query = f"?format={form}" if form else ""
    return scene.client.get(f"/v1/apps/{app}/archive{query}", headers=headers)


def send(scene: Scene, app: str, content: bytes, **headers: str) -> httpx.Response:
    return scene.client.put(f"/v1/apps/{app}/archive", content=content, headers=headers)


def fill(scene: Scene, app: str, files: dict[str, bytes]) -> None:
    send(scene, app, tar(*((info(path), files[path]) for path in files))).raise_for_status()


def stored(scene: Scene) -> int:
    with scene.gateway.store.read() as tx:
        return tx.execute(select(func.count()).select_from(blobs)).scalar_one()


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=trees)
def test_any_tree_comes_out_of_one_app_and_into_another_as_it_was(
    scene: Scene, form: str, files: dict[str, bytes]
) -> None:
    one, other = (f"app-{uuid.uuid4().hex[:12]}" for _ in range(2))
    fill(scene, one, files)
    moved = send(scene, other, get(scene, one, form).content)
    assert moved.json() == {"files": len(files), "changed": len(files), "bytes": sum(map(len, files.values()))}
    assert tree(scene, other) == files
    assert get(scene, one, form).content == get(scene, other, form).content


def test_python_and_the_standard_programs_read_both_forms(scene: Scene, app: str, tmp_path: Path) -> None:
    fill(scene, app, TREE)
    for program, form in (("tar", "tar.gz"), ("unzip", "zip")):
        needs(program)
        folder, archive = tmp_path / program, tmp_path / f"tree.{form}"
        folder.mkdir()
        archive.write_bytes(get(scene, app, form).content)
        arguments = ["-xzf", str(archive)] if program == "tar" else ["-q", str(archive)]
        subprocess.run([program, *arguments], cwd=folder, check=True)
        assert on_disk(folder) == TREE
    with zipfile.ZipFile(tmp_path / "tree.zip") as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == TREE


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("tar", ["-czf", "-", "."]),
        ("tar", ["-cf", "-", "."]),
        ("tar", ["--format=v7", "-czf", "-", "."]),
        ("tar", ["--format=gnu", "-cf", "-", "."]),
        ("tar", ["--format=posix", "-czf", "-", "."]),
        ("zip", ["-qr", "-", "."]),
        ("zip", ["-qr0", "-", "."]),
        ("zip", ["-qr", "tree.zip", "."]),
    ],
)
def test_what_the_standard_programs_pack_comes_in_as_it_was(
    scene: Scene, app: str, tmp_path: Path, program: str, arguments: list[str]
) -> None:
    needs(program)
    files = TREE | {f"{'deep/' * 30}{'n' * 60}": b"far down"} if "v7" not in str(arguments) else TREE
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    done = subprocess.run([program, *arguments], cwd=tmp_path, check=True, capture_output=True)
    archive = tmp_path / "tree.zip"
    content = archive.read_bytes() if archive.exists() else done.stdout
    assert send(scene, app, content).json().get("files") == len(files)
    assert tree(scene, app) == files


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_that_is_known_is_not_sent_again(scene: Scene, app: str, form: str) -> None:
    fill(scene, app, TREE)
    first = get(scene, app, form)
    tag = first.headers["etag"]
    assert first.headers["content-type"] == TYPES[form]
    assert first.headers["content-disposition"].endswith(f"{app}.{form}")
    known = get(scene, app, form, **{"If-None-Match": f"W/{tag}"})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    put(scene, app, "a.txt", b"changed")
    assert get(scene, app, form, **{"If-None-Match": tag}).status_code == 200
    put(scene, app, "a.txt", b"1")
    assert get(scene, app, form, **{"If-None-Match": tag}).status_code == 304


def test_the_forms_have_different_tags(scene: Scene, app: str) -> None:
    assert get(scene, app, "zip").headers["etag"] != get(scene, app, "tar.gz").headers["etag"]
    assert get(scene, app, "zip", **{"If-None-Match": get(scene, app).headers["etag"]}).status_code == 200


@pytest.mark.parametrize(
    ("accepts", "form"),
    [
        ("*/*", "tar.gz"),
        ("application/zip", "zip"),
        ("application/zip, application/gzip", "tar.gz"),
        ("application/gzip;q=0.5, application/zip", "zip"),
        ("application/gzip; q=0, */*", "zip"),
        ("text/html", "tar.gz"),
        ("application/*;q=0.2, application/zip;q=0.1", "tar.gz"),
        (";;q=,", "tar.gz"),
    ],
)
def test_the_form_is_the_one_that_the_client_would_rather_have(scene: Scene, app: str, accepts: str, form: str) -> None:
    answer = get(scene, app, Accept=accepts)
    assert answer.headers["content-type"] == TYPES[form]
    assert "Accept" in answer.headers["vary"].split(", ")
    assert get(scene, app, "zip", Accept=accepts).headers["content-type"] == TYPES["zip"]


def test_head_tells_of_an_archive_without_making_it(scene: Scene, app: str) -> None:
    fill(scene, app, TREE)
    answer = scene.client.head(f"/v1/apps/{app}/archive")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == get(scene, app).headers["etag"]
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("last", [(info("../out"), b"x"), (info("l", tarfile.SYMTYPE, "a"), b""), (info("a"), b"x")])
def test_an_archive_that_is_bad_at_its_end_leaves_nothing_behind(
    scene: Scene, app: str, last: tuple[tarfile.TarInfo, bytes]
) -> None:
    before = stored(scene)
    answer = send(scene, app, tar((info("a"), uuid.uuid4().bytes), (info("b"), uuid.uuid4().bytes), last))
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert (stored(scene), tree(scene, app)) == (before, {})


def test_an_archive_that_is_not_wanted_any_more_leaves_nothing_behind(scene: Scene, app: str) -> None:
    tag = get(scene, app).headers["etag"]
    fill(scene, app, {"a": b"1"})
    before = stored(scene)
    answer = send(scene, app, zipped(("a", uuid.uuid4().bytes)), **{"If-Match": tag})
    assert (answer.status_code, answer.json()["type"]) == (412, "precondition-failed")
    assert (stored(scene), tree(scene, app)) == (before, {"a": b"1"})


@pytest.mark.parametrize("form", FORMS)
def test_a_tree_is_replaced_only_while_it_is_the_one_that_was_read(scene: Scene, app: str, form: str) -> None:
    fill(scene, app, {"a": b"1"})
    tag = get(scene, app, form).headers["etag"]
    assert send(scene, app, zipped(("a", b"2")), **{"If-Match": tag}).status_code == 200
    assert send(scene, app, zipped(("a", b"3")), **{"If-Match": tag}).status_code == 412
    assert send(scene, app, zipped(("a", b"3")), **{"If-Match": "*"}).status_code == 200
    assert tree(scene, app) == {"a": b"3"}


def test_an_app_with_too_many_files_is_refused_whole(scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.gateway.settings, "max_app_files", 30)
    before = stored(scene)
    many = {f"f{number}": uuid.uuid4().bytes for number in range(31)}
    for content in (zipped(*many.items()), tar(*((info(path), many[path]) for path in many))):
        answer = send(scene, app, content)
        assert (answer.status_code, answer.json()["type"]) == (413, "too-large")
    assert stored(scene) == before
    fill(scene, app, dict(list(many.items())[:30]))
    assert put(scene, app, "one-more").json()["type"] == "too-large"


def test_ten_thousand_files_come_in_and_one_more_does_not(scene: Scene, app: str) -> None:
    many = [(f"d{number % 100}/f{number}", b"") for number in range(10_001)]
    assert send(scene, app, zipped(*many)).status_code == 413
    assert send(scene, app, zipped(*many[1:])).json()["files"] == 10_000
    assert len(scene.client.get(f"/v1/apps/{app}/files").json()["files"]) == 10_000
    assert send(scene, app, zipped(("other", b""))).json()["changed"] == 10_001
    assert list(tree(scene, app)) == ["other"]


@pytest.mark.parametrize("content", [b"", b"{}", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", b"BZh9" + bytes(600)])
def test_what_is_neither_tar_nor_zip_is_not_read_and_the_answer_says_what_is(
    scene: Scene, app: str, content: bytes
) -> None:
    answer = send(scene, app, content)
    assert (answer.status_code, answer.json()["detail"]) == (415, "send a tar.gz, a tar or a zip")


def test_a_folder_becomes_a_file_and_a_file_a_folder(scene: Scene, app: str) -> None:
    put(scene, app, "a/b")
    put(scene, app, "c")
    assert send(scene, app, zipped(("a", b"1"), ("c/d", b"2"))).status_code == 200
    assert tree(scene, app) == {"a": b"1", "c/d": b"2"}
    assert scene.client.get(place(app, "a/b")).status_code == 404


def on_disk(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
