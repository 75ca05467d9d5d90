"""Files and archives over HTTP, and their turn in the order of the app's calls."""

import io
import tarfile
import threading
import zipfile

import httpx
import pytest

from tests.gateway.conftest import Scene
from tests.gateway.test_archives import info, tar
from tests.gateway.test_calls import write


def place(app: str, path: str = "src/a.html") -> str:
    return f"/v1/apps/{app}/files/{path}"


def put(
    scene: Scene,
    app: str,
    path: str = "src/a.html",
    content: bytes = b"<b>1</b>",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    return scene.client.put(place(app, path), content=content, headers=headers)


def tree(scene: Scene, app: str) -> dict[str, bytes]:
    answer = scene.client.get(f"/v1/apps/{app}/archive")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        return {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]


def test_a_file_is_written_and_read_byte_for_byte(scene: Scene, app: str) -> None:
    content = bytes(range(256))
    answer = put(scene, app, "a/ö b.bin", content)
    assert (answer.status_code, answer.json()["version"], answer.json()["size"]) == (201, 1, 256)
    read = scene.client.get(place(app, "a/ö b.bin"))
    assert read.content == content
    assert read.headers["etag"] == answer.headers["etag"]
    listed = scene.client.get(f"/v1/apps/{app}/files").json()["files"]
    assert [file["path"] for file in listed] == ["a/ö b.bin"]


def test_what_an_app_holds_never_runs_as_a_page_of_the_gateway(scene: Scene, app: str) -> None:
    put(scene, app)
    headers = scene.client.get(place(app)).headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("attachment")


def test_a_reader_that_has_the_file_is_told_so(scene: Scene, app: str) -> None:
    tag = put(scene, app).headers["etag"]
    answer = scene.client.get(place(app), headers={"If-None-Match": f'"an,other", W/{tag}'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


def test_head_tells_the_size_without_the_file(scene: Scene, app: str) -> None:
    put(scene, app)
    answer = scene.client.head(place(app))
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "8", b"")


def test_older_versions_can_be_read_and_are_listed(scene: Scene, app: str) -> None:
    put(scene, app, content=b"1")
    put(scene, app, content=b"2")
    scene.client.delete(place(app)).raise_for_status()
    assert scene.client.get(place(app)).status_code == 404
    assert scene.client.get(f"{place(app)}?version=1").content == b"1"
    assert scene.client.get(f"{place(app)}?version=3").status_code == 404
    versions = scene.client.get(f"{place(app)}/history").json()["versions"]
    assert [(one["version"], one["deleted"]) for one in versions] == [(3, True), (2, False), (1, False)]


def test_a_file_that_is_called_history_is_a_file(scene: Scene, app: str) -> None:
    put(scene, app, "docs/history", b"old times")
    assert scene.client.get(place(app, "docs/history")).content == b"old times"
    assert scene.client.get(f"{place(app, 'docs/history')}/history").json()["path"] == "docs/history"


def test_a_version_names_the_call_that_made_it(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1", "a.txt"))
    for stage in (0, 1):
        scene.advance(scene.claim(app, "m1", "c1", stage))
    scene.succeed(scene.claim(app, "m1", "c1", 2), {"text": "ok"}, a__txt=b"x")
    version = scene.client.get(f"{place(app, 'a.txt')}/history").json()["versions"][0]
    assert (version["message_id"], version["tool_call_id"]) == ("m1", "c1")


def test_a_write_on_a_condition_that_does_not_hold_changes_nothing(scene: Scene, app: str) -> None:
    assert put(scene, app, headers={"If-Match": '"0"'}).status_code == 412
    tag = put(scene, app, headers={"If-None-Match": "*"}).headers["etag"]
    assert put(scene, app, content=b"2", headers={"If-None-Match": "*"}).json()["type"] == "precondition-failed"
    assert put(scene, app, content=b"2", headers={"If-Match": f"W/{tag}"}).status_code == 412
    assert put(scene, app, content=b"2", headers={"If-Match": tag}).status_code == 200
    assert scene.client.delete(place(app), headers={"If-Match": tag}).status_code == 412
    assert scene.client.get(place(app)).content == b"2"


@pytest.mark.parametrize("path", ["a%00b", "..%2Fetc", "a/%2E%2E/b", "%2Fetc", "a%5Cb", "", "folder/"])
def test_a_path_that_no_app_may_have_is_malformed(scene: Scene, app: str, path: str) -> None:
    answer = scene.client.put(place(app, path), content=b"x")
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")


def test_a_folder_and_a_file_cannot_have_one_name(scene: Scene, app: str) -> None:
    put(scene, app, "a/b")
    assert put(scene, app, "a").json()["type"] == "conflict"
    assert put(scene, app, "a/b/c").status_code == 409
    assert tree(scene, app) == {"a/b": b"<b>1</b>"}


def test_deleting_what_is_not_there_is_not_found(scene: Scene, app: str) -> None:
    assert scene.client.delete(place(app)).status_code == 404


def test_a_file_that_is_too_large_is_refused_with_and_without_a_length(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.gateway.settings, "max_file_bytes", 1000)
    assert put(scene, app, content=bytes(1001)).json()["type"] == "too-large"
    chunked = scene.client.put(place(app), content=(bytes(100) for _ in range(11)))
    assert chunked.status_code == 413
    assert put(scene, app, content=bytes(1000)).status_code == 201


def test_a_write_waits_for_the_calls_that_come_first(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1", "src/a.html"))
    answers: list[httpx.Response] = []
    writer = threading.Thread(target=lambda: answers.append(put(scene, app)))
    writer.start()
    assert put(scene, app, "other.txt").status_code == 201
    scene.finish(app, "m1", "c1")
    writer.join()
    assert answers[0].status_code == 201


def test_a_write_whose_turn_does_not_come_says_who_is_in_the_way(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.gateway.settings, "busy_seconds", 0.2)
    scene.submit(app, "m1", write("c1", "src/a.html"))
    scene.submit(app, "m2", {"id": "c2", "name": "os-view", "arguments": {"file_path": "b"}})
    answer = put(scene, app)
    assert (answer.status_code, answer.json()["type"]) == (409, "busy")
    assert answer.json()["errors"] == [{"message_id": "m1", "tool_call_id": "c1"}]
    assert answer.headers["retry-after"]
    assert put(scene, app, "src").json()["type"] == "busy"
    assert scene.client.delete(place(app, "b")).json()["errors"][0]["tool_call_id"] == "c2"
    assert scene.client.put(f"/v1/apps/{app}/archive", content=tar((info("x"), b"1"))).json()["type"] == "busy"
    assert tree(scene, app) == {}


def test_a_call_that_comes_after_a_write_waits_for_nothing(scene: Scene, app: str) -> None:
    put(scene, app)
    assert scene.submit(app, "m1", write("c1", "src/a.html")).json()["tool_calls"][0]["waiting_for"] == []


def test_an_archive_replaces_the_whole_tree(scene: Scene, app: str) -> None:
    put(scene, app, "gone.txt")
    put(scene, app, "same.txt", b"same")
    content = tar((info("same.txt"), b"same"), (info("./src/new.txt"), b"new"))
    answer = scene.client.put(f"/v1/apps/{app}/archive", content=content)
    assert answer.json() == {"files": 2, "changed": 2, "bytes": 7}
    assert tree(scene, app) == {"same.txt": b"same", "src/new.txt": b"new"}
    versions = {file["path"]: file["version"] for file in scene.client.get(f"/v1/apps/{app}/files").json()["files"]}
    assert versions == {"same.txt": 1, "src/new.txt": 1}


def test_a_zip_replaces_the_tree_too(scene: Scene, app: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/b.txt", "zip")
    assert scene.client.put(f"/v1/apps/{app}/archive", content=buffer.getvalue()).status_code == 200
    assert tree(scene, app) == {"a/b.txt": b"zip"}


def test_a_broken_archive_changes_nothing(scene: Scene, app: str) -> None:
    put(scene, app)
    content = tar((info("a"), b"1" * 5000), (info("b"), b"2" * 5000))
    assert scene.client.put(f"/v1/apps/{app}/archive", content=content[:-20]).json()["type"] == "malformed"
    assert scene.client.put(f"/v1/apps/{app}/archive", content=b"hello").status_code == 415
    assert list(tree(scene, app)) == ["src/a.html"]


def test_an_archive_is_the_same_bytes_for_the_same_files(scene: Scene, app: str) -> None:
    put(scene, app, "b.txt")
    put(scene, app, "a.txt")
    first = scene.client.get(f"/v1/apps/{app}/archive").content
    scene.client.put(f"/v1/apps/{app}/archive", content=first).raise_for_status()
    assert scene.client.get(f"/v1/apps/{app}/archive").content == first


def test_an_app_without_files_has_an_empty_list_and_archive(scene: Scene, app: str) -> None:
    assert scene.client.get(f"/v1/apps/{app}/files").json() == {"files": []}
    assert tree(scene, app) == {}


def test_a_large_tree_comes_in_and_goes_out_whole(scene: Scene, app: str) -> None:
    files = {f"d{number % 7}/f{number}.txt": b"%d" % number for number in range(600)}
    scene.client.put(f"/v1/apps/{app}/archive", content=tar(*((info(path), files[path]) for path in files)))
    assert tree(scene, app) == files
    files = {path: content + b"!" for path, content in list(files.items())[:300]} | {"new": b""}
    answer = scene.client.put(f"/v1/apps/{app}/archive", content=tar(*((info(path), files[path]) for path in files)))
    assert answer.json()["changed"] == 601
    assert tree(scene, app) == files
    assert scene.client.get(f"{place(app, 'd0/f0.txt')}/history").json()["versions"][0]["version"] == 2


def test_a_large_tree_still_refuses_a_file_that_would_be_a_folder(scene: Scene, app: str) -> None:
    put(scene, app, "d0/f")
    many = tar(*((info(f"d{number}"), b"") for number in range(60)))
    assert scene.client.put(f"/v1/apps/{app}/archive", content=many).status_code == 200
    assert len(tree(scene, app)) == 60
    assert put(scene, app, "d1/f").status_code == 409
