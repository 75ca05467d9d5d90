"""What a file may be called in a URL, how it is listed, and what its name says of its content."""

import unicodedata

import httpx
import pytest

from models.files import list_versions
from tests.gateway.conftest import Scene
from tests.gateway.test_files import place, put


def listed(scene: Scene, app: str, query: str = "") -> list[str]:
    answer = scene.client.get(f"/v1/apps/{app}/files{query}")
    return [file["path"] for file in answer.raise_for_status().json()["files"]]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("a%2Fb.txt", "a/b.txt"),
        ("a//b.txt", "a/b.txt"),
        ("%2E/a.txt", "a.txt"),
        ("a%20b%25.txt", "a b%.txt"),
        ("%E2%82%AC.txt", "€.txt"),
        ("...", "..."),
        (".env", ".env"),
        ("a%3Fb%23c", "a?b#c"),
        ("con", "con"),
        ("*", "*"),
        ("archive", "archive"),
        ("n" * 255, "n" * 255),
        ("/".join(["d" * 200] * 5), "/".join(["d" * 200] * 5)),
    ],
)
def test_a_path_in_a_url_names_one_file(scene: Scene, app: str, given: str, path: str) -> None:
    assert put(scene, app, given).json()["path"] == path
    assert listed(scene, app) == [path]
    assert scene.client.get(place(app, given)).content == b"<b>1</b>"
    assert scene.client.get(f"{place(app, given)}/history").json()["path"] == path
    assert scene.client.delete(place(app, given)).status_code == 204
    assert listed(scene, app) == []


@pytest.mark.parametrize(
    "path",
    [
        "%FF",
        "a%C3",
        "%ED%A0%80",
        "%C0%AE%C0%AE",
        "..%5C..%5Cetc",
        "a%7F",
        "%C2%85",
        "a/..%2F..%2Fb",
        "%2E%2E",
        "%2F%2Fhost",
        "%2E",
        "n" * 256,
        "/".join(["d" * 200] * 6),
        "%E2%82%AC" * 86,
    ],
)
def test_a_path_that_cannot_be_a_files_is_malformed_for_every_method(scene: Scene, app: str, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = scene.client.request(method, place(app, path))
        assert (answer.status_code, answer.json()["type"]) == (400, "malformed"), method
    assert listed(scene, app) == []


def test_names_that_differ_only_in_case_or_in_unicode_form_are_different_files(scene: Scene, app: str) -> None:
    names = ["A.txt", "a.txt", unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")]
    for number, name in enumerate(names):
        put(scene, app, name, b"%d" % number)
    assert sorted(listed(scene, app)) == sorted(names)
    for number, name in enumerate(names):
        assert scene.client.get(place(app, name)).content == b"%d" % number


def test_files_can_be_listed_by_how_their_paths_begin(scene: Scene, app: str) -> None:
    for path in ("src/a", "src/b/c", "SRC/x", "src2", "s_c/y", "s%25c/z"):
        put(scene, app, path)
    assert listed(scene, app, "?prefix=src/") == ["src/a", "src/b/c"]
    assert listed(scene, app, "?prefix=src") == ["src/a", "src/b/c", "src2"]
    assert listed(scene, app, "?prefix=s_") == ["s_c/y"]
    assert listed(scene, app, "?prefix=s%25") == ["s%c/z"]
    assert listed(scene, app, "?prefix=none") == []


def test_a_history_of_many_versions_comes_in_pages(scene: Scene, app: str) -> None:
    for number in range(7):
        put(scene, app, content=b"%d" % number)
    seen, query = [], "?limit=3"
    while query:
        page = scene.client.get(f"{place(app)}/history{query}").json()
        assert len(page["versions"]) <= 3
        seen += [one["version"] for one in page["versions"]]
        query = f"?limit=3&before={page['next']}" if page["next"] else ""
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_history_is_never_read_whole(scene: Scene, app: str) -> None:
    for number in range(4):
        put(scene, app, content=b"%d" % number)
    with scene.gateway.store.read() as tx:
        assert len(list_versions(tx, app, "src/a.html", before=None, limit=2)) == 2


def test_a_version_that_is_a_deletion_is_told_apart_from_one_that_never_was(scene: Scene, app: str) -> None:
    put(scene, app)
    scene.client.delete(place(app)).raise_for_status()
    assert "deletion" in scene.client.get(f"{place(app)}?version=2").json()["detail"]
    assert "no version 9" in scene.client.get(f"{place(app)}?version=9").json()["detail"]
    assert "was deleted" in scene.client.get(place(app)).json()["detail"]


def test_an_older_version_of_a_deleted_file_that_is_called_history_can_be_read(scene: Scene, app: str) -> None:
    put(scene, app, "docs/history", b"old times")
    scene.client.delete(place(app, "docs/history")).raise_for_status()
    assert scene.client.get(f"{place(app, 'docs/history')}?version=1").content == b"old times"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.ts", "text/plain; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.PNG", "image/png"),
        ("a.woff2", "font/woff2"),
        ("a.tar.gz", "application/gzip"),
        ("a.svgz", "application/gzip"),
        ("data:,a.html", "text/html; charset=utf-8"),
        ("data:text", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
        ("Makefile", "application/octet-stream"),
    ],
)
def test_a_files_name_says_its_type(scene: Scene, app: str, path: str, kind: str) -> None:
    put(scene, app, path)
    assert scene.client.get(place(app, path)).headers["content-type"] == kind


def test_an_empty_file_is_a_file(scene: Scene, app: str) -> None:
    assert put(scene, app, "empty", b"").json()["size"] == 0
    answer = scene.client.get(place(app, "empty"))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert httpx.Headers(answer.headers)["etag"] == put(scene, app, "empty2", b"").headers["etag"]
