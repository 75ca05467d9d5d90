"""A message's flow, the model's words between its calls, is the same wherever it is read."""

import secrets
from itertools import pairwise
from typing import Any

import pytest

from ops.client import Client
from tests.streams.client import Stream
from tests.streams.conftest import Scene
from tests.wait import wait_until


@pytest.fixture
def app() -> str:
    return f"app-{secrets.token_hex(4)}"


def write(id_: str) -> dict[str, Any]:
    return {"id": id_, "name": "os-write", "arguments": {"file_path": f"{id_}.txt", "content": "x"}}


def speak(scene: Scene, app: str, message: str = "m1") -> list[dict[str, Any]]:
    """A turn with words before, between and after its calls; gives the flow that it is."""
    scene.post(app, f"{message}/text", {"text": "First the page."})
    scene.post(app, f"{message}/tool-calls", {"tool_calls": [write("c1")]})
    scene.post(app, f"{message}/tool-calls", {"tool_calls": [write("c2"), {"id": "c3", "name": "x", "arguments": {}}]})
    scene.post(app, f"{message}/text", {"text": "Then the styles."})
    scene.post(app, f"{message}/tool-calls", {"tool_calls": [write("c4")]})
    scene.post(app, f"{message}/text", {"text": "That is all."})
    return [
        {"type": "text", "text": "First the page."},
        {"type": "tool_calls", "ids": ["c1", "c2", "c3"]},
        {"type": "text", "text": "Then the styles."},
        {"type": "tool_calls", "ids": ["c4"]},
        {"type": "text", "text": "That is all."},
    ]


def flows(stream: Stream) -> list[Any]:
    return [one.data["flow"] for one in stream.of("flow")]


def snapshot(stream: Stream) -> Any:
    return wait_until(lambda: stream.of("snapshot"), "the snapshot")[0].data


def test_a_flow_is_the_same_in_the_message_in_its_events_and_in_a_later_snapshot(scene: Scene, app: str) -> None:
    early = scene.stream(app, "m1").open()
    assert snapshot(early)["flow"] == []
    flow = speak(scene, app)
    wait_until(lambda: flows(early)[-1:] == [flow], "the last flow event")
    with Client(scene.stack.url, scene.stack.key) as client:
        assert client.json("GET", f"/v1/apps/{app}/messages/m1")["flow"] == flow
    late = scene.stream(app, "m1").open()
    assert snapshot(late)["flow"] == flow
    early.cut()
    late.cut()


def test_each_flow_event_has_the_whole_flow_and_only_adds_to_the_one_before(scene: Scene, app: str) -> None:
    stream = scene.stream(app, "m1").open()
    snapshot(stream)
    flow = speak(scene, app)
    wait_until(lambda: flows(stream)[-1:] == [flow], "the last flow event")
    stream.cut()
    words = [[part.get("text") or part["ids"] for part in told] for told in flows(stream)]
    for before, after in pairwise(words):
        assert after[: len(before) - 1] == before[:-1]
        assert after[len(before) - 1][: len(before[-1])] == before[-1]


def test_the_apps_stream_has_the_flow_of_every_message(scene: Scene, app: str) -> None:
    early = scene.stream(app).open()
    assert snapshot(early)["messages"] == []
    expected = {message: speak(scene, app, message) for message in ("m1", "m2")}

    def told() -> dict[str, Any]:
        return {one.data["message_id"]: one.data["flow"] for one in early.of("flow")}

    wait_until(lambda: told() == expected, "the flow events of both messages")
    late = scene.stream(app).open()
    assert {one["message_id"]: one["flow"] for one in snapshot(late)["messages"]} == expected
    early.cut()
    late.cut()
