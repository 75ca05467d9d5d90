"""What belongs to a call besides its state: its arguments, its moves and its log."""

from typing import Any

from models.events import LinesLogged
from tests.gateway.conftest import Scene
from tests.gateway.test_calls import logo, write
from tests.gateway.test_overview import read


def one(scene: Scene, app: str, call: str, below: str = "") -> Any:
    return read(scene, f"/v1/apps/{app}/messages/m1/tool-calls/{call}{below}")


def test_a_call_has_its_arguments_and_all_that_happened_to_it(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"), write("c2"))
    scene.finish(app, "m1", "c1")
    found = one(scene, app, "c1")
    assert found["arguments"] == {"text": '{"file_path":"a.txt","content":"x"}', "bytes": 35, "whole": True}
    assert [(move["version"], move["move"], move["status"], move["stage"]) for move in found["moves"]] == [
        (1, "accept", "queued", "analyzing"),
        (2, "start", "running", "analyzing"),
        (3, "advance", "running", "writing"),
        (4, "advance", "running", "validating"),
        (5, "succeed", "succeeded", None),
    ]
    accepted, released = one(scene, app, "c2")["moves"]
    assert (accepted["waiting_for"], released["move"], released["waiting_for"]) == (["c1"], "release", [])


def test_long_arguments_are_cut_and_whole_at_a_path_of_their_own(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1", content="ä" * 40_000))
    found = one(scene, app, "c1")["arguments"]
    assert (found["whole"], found["bytes"]) == (False, len('{"file_path":"a.txt","content":""}') + 80_000)
    assert 65_533 <= len(found["text"].encode()) <= 65_536 and "\ufffd" not in found["text"]
    assert one(scene, app, "c1", "/arguments") == {"file_path": "a.txt", "content": "ä" * 40_000}


def test_what_a_model_gave_instead_of_an_object_is_kept_too(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", {"id": "c1", "type": "function", "function": {"name": "logo", "arguments": "{"}})
    assert one(scene, app, "c1")["arguments"]["text"] == '"{"'
    assert one(scene, app, "c1", "/arguments") == "{"


def test_a_call_has_the_lines_that_it_logged_and_no_others(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"), logo("c2"))
    first, second = (scene.claim(app, "m1", id_, 0).call for id_ in ("c1", "c2"))
    for call, lines in ((first, ["a", "b"]), (second, ["other"]), (first, ["c"])):
        scene.gateway.outbox.tell([LinesLogged(call, lines)])
    found = one(scene, app, "c1", "/log")
    assert [(line["text"], line["stage"], line["attempt"]) for line in found["lines"]] == [
        ("a", "analyzing", 1),
        ("b", "analyzing", 1),
        ("c", "analyzing", 1),
    ]
    assert found["whole"]


def test_only_the_last_thousand_lines_are_given(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"))
    call = scene.claim(app, "m1", "c1", 0).call
    for start in range(0, 1100, 100):
        scene.gateway.outbox.tell([LinesLogged(call, [str(n) for n in range(start, start + 100)])])
    found = one(scene, app, "c1", "/log")
    texts = [line["text"] for line in found["lines"]]
    assert (len(texts), texts[0], texts[-1], found["whole"]) == (1000, "100", "1099", False)


def test_a_call_that_is_not_there_has_none_of_it(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"))
    for below in ("", "/arguments", "/log"):
        assert scene.client.get(f"/v1/apps/{app}/messages/m1/tool-calls/c2{below}").status_code == 404


def test_messages_of_all_apps_can_be_asked_for_by_how_they_are(scene: Scene, app: str) -> None:
    for message in ("m1", "m2"):
        scene.submit(app, message, logo("c1"))
    scene.fail(app, "m1", "c1", {"type": "tool-failed", "title": "T", "detail": "D", "retryable": False})
    for status, expected in (("failed", "m1"), ("running", "m2")):
        newest = read(scene, f"/v1/messages?status={status}&limit=1")["messages"][0]
        assert (newest["app_id"], newest["message_id"]) == (app, expected)
