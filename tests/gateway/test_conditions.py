"""Conditional requests for files (RFC 9110, section 13): who has the content is told so, who has lost the race too."""

import threading
from collections.abc import Callable

import httpx
import pytest

from tests.gateway.conftest import Scene
from tests.gateway.test_files import place, put

KEPT = {"etag", "cache-control", "content-disposition", "content-security-policy", "x-content-type-options"}


@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"x", {0}', '"x,y",W/{0}', ", {0} ,,", "*"])
def test_a_reader_that_has_the_file_gets_only_its_headers(scene: Scene, app: str, form: str) -> None:
    tag = put(scene, app).headers["etag"]
    whole = scene.client.get(place(app))
    for method in ("GET", "HEAD"):
        answer = scene.client.request(method, place(app), headers={"If-None-Match": form.format(tag)})
        assert (answer.status_code, answer.content) == (304, b"")
        assert {name: answer.headers[name] for name in KEPT} == {name: whole.headers[name] for name in KEPT}
        assert "content-type" not in answer.headers


def test_tags_may_come_in_several_headers(scene: Scene, app: str) -> None:
    tag = put(scene, app).headers["etag"]
    headers = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert scene.client.get(place(app), headers=headers).status_code == 304


def test_a_reader_with_other_content_gets_the_file(scene: Scene, app: str) -> None:
    put(scene, app)
    for given in ('"other"', '"' + "0" * 64 + '"', '""'):
        answer = scene.client.get(place(app), headers={"If-None-Match": given})
        assert (answer.status_code, answer.content) == (200, b"<b>1</b>")


def test_a_reader_may_ask_for_one_content_only(scene: Scene, app: str) -> None:
    tag = put(scene, app).headers["etag"]
    assert scene.client.get(place(app), headers={"If-Match": tag}).status_code == 200
    assert scene.client.get(place(app), headers={"If-Match": "*"}).status_code == 200
    assert scene.client.get(place(app), headers={"If-Match": f"W/{tag}"}).status_code == 412
    assert scene.client.get(place(app), headers={"If-Match": '"other"', "If-None-Match": tag}).status_code == 412


def test_an_older_version_has_the_tag_of_its_own_content(scene: Scene, app: str) -> None:
    first = put(scene, app, content=b"1").headers["etag"]
    put(scene, app, content=b"2")
    older = scene.client.get(f"{place(app)}?version=1", headers={"If-None-Match": first})
    assert (older.status_code, older.headers["etag"]) == (304, first)
    assert scene.client.get(place(app), headers={"If-None-Match": first}).content == b"2"


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("given", ["", "abc", '"a', '"a" "b"', '*, "a"', 'w/"a"', '"a b"', "'a'"])
def test_a_condition_that_is_no_list_of_tags_never_lets_a_write_by(
    scene: Scene, app: str, header: str, given: str
) -> None:
    put(scene, app)
    answer = scene.client.put(place(app), content=b"2", headers={header: given})
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert header.lower() in answer.json()["detail"]
    assert scene.client.get(place(app)).content == b"<b>1</b>"


def test_what_is_not_there_is_not_found_whatever_is_demanded(scene: Scene, app: str) -> None:
    for header in ({"If-Match": "*"}, {"If-None-Match": "*"}, {"If-Match": '"a"'}):
        assert scene.client.get(place(app), headers=header).status_code == 404
        assert scene.client.delete(place(app), headers=header).status_code == 404


def test_a_file_that_was_deleted_is_created_again(scene: Scene, app: str) -> None:
    put(scene, app)
    scene.client.delete(place(app)).raise_for_status()
    assert put(scene, app, headers={"If-Match": "*"}).status_code == 412
    answer = put(scene, app, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.json()["version"]) == (201, 3)


def test_a_range_is_not_served_and_the_whole_file_says_so(scene: Scene, app: str) -> None:
    put(scene, app)
    answer = scene.client.get(place(app), headers={"Range": "bytes=0-1", "If-Range": '"x"'})
    assert (answer.status_code, answer.content, answer.headers["accept-ranges"]) == (200, b"<b>1</b>", "none")
    part = put(scene, app, headers={"Content-Range": "bytes 0-7/100"})
    assert (part.status_code, part.json()["type"]) == (400, "malformed")


def test_of_many_writers_that_hold_the_same_tag_exactly_one_wins(scene: Scene, app: str) -> None:
    tag = put(scene, app).headers["etag"]
    answers = together(6, lambda number: put(scene, app, content=b"%d" % number, headers={"If-Match": tag}))
    won = [number for number, answer in answers.items() if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.status_code for number, answer in answers.items() if number not in won} == {412}
    assert scene.client.get(place(app)).content == b"%d" % won[0]
    assert len(scene.client.get(f"{place(app)}/history").json()["versions"]) == 2


def test_of_many_writers_of_a_file_that_must_not_be_there_exactly_one_wins(scene: Scene, app: str) -> None:
    answers = together(6, lambda number: put(scene, app, content=b"%d" % number, headers={"If-None-Match": "*"}))
    assert sorted(answer.status_code for answer in answers.values()) == [201, 412, 412, 412, 412, 412]


def together(count: int, ask: Callable[[int], httpx.Response]) -> dict[int, httpx.Response]:
    """Ask so many times at once."""
    answers: dict[int, httpx.Response] = {}
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait()
        answers[number] = ask(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
