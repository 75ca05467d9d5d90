"""Pause, resume, cancel and retry over HTTP: what is acknowledged, and what takes effect at once."""

from typing import Any

import pytest

from tests.gateway.conftest import Scene
from tests.gateway.test_calls import logo, write

ERROR = {"type": "tool-failed", "title": "No", "detail": "no", "retryable": False}


def control(scene: Scene, app: str, name: str, call: str = "c1", **headers: str) -> tuple[int, Any]:
    answer = scene.client.post(f"/v1/apps/{app}/messages/m1/tool-calls/{call}/{name}", headers=headers)
    return answer.status_code, answer.json()


def state(scene: Scene, app: str, call: str = "c1") -> Any:
    return scene.client.get(f"/v1/apps/{app}/messages/m1/tool-calls/{call}").json()


def test_a_queued_call_is_paused_at_once_and_goes_on_when_it_is_resumed(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    status, paused = control(scene, app, "pause")
    assert (status, paused["status"], paused["version"]) == (202, "paused", 2)
    status, resumed = control(scene, app, "resume")
    assert (status, resumed["status"]) == (202, "queued")
    scene.finish(app, "m1", "c1")
    assert state(scene, app)["status"] == "succeeded"


def test_a_running_call_is_pausing_until_its_worker_says_more(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    claimed = scene.claim(app, "m1", "c1", 0)
    assert control(scene, app, "pause")[1]["status"] == "pausing"
    assert control(scene, app, "resume")[1]["status"] == "running"
    scene.advance(claimed)


def test_a_call_between_two_stages_is_paused_and_cancelled_at_once(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    scene.advance(scene.claim(app, "m1", "c1", 0))
    assert control(scene, app, "pause")[1]["status"] == "paused"
    cancelled = control(scene, app, "cancel")[1]
    assert cancelled["status"] == "cancelled" and cancelled["finished_at"]
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").json()["status"] == "idle"


def test_cancel_wins_over_a_commit(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    for stage in (0, 1):
        scene.advance(scene.claim(app, "m1", "c1", stage))
    claimed = scene.claim(app, "m1", "c1", 2)
    assert control(scene, app, "cancel")[1]["status"] == "cancelling"
    with pytest.raises(AssertionError):
        scene.succeed(claimed, {"text": "done"}, a__txt=b"no")
    assert state(scene, app)["status"] == "cancelling"
    assert scene.client.get(f"/v1/apps/{app}/files").json()["files"] == []


@pytest.mark.parametrize("name", ["pause", "resume", "cancel"])
def test_a_control_may_be_repeated(scene: Scene, app: str, name: str) -> None:
    scene.submit(app, "m1", write("c1"))
    first, second = control(scene, app, name), control(scene, app, name)
    assert first == second and first[0] == 202


def test_a_call_that_has_ended_is_not_steered_and_says_so(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    scene.finish(app, "m1", "c1")
    for name in ("pause", "resume", "cancel", "retry"):
        status, problem = control(scene, app, name)
        assert (status, problem["type"]) == (409, "already-final")
        assert problem["tool_call"]["status"] == "succeeded"


def test_a_failed_call_is_tried_again_behind_those_that_came_meanwhile(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    scene.fail(app, "m1", "c1", ERROR)
    scene.submit(app, "m1", write("c2"))
    status, again = control(scene, app, "retry")
    assert (status, again["status"], again["attempt"], again["error"]) == (202, "queued", 2, None)
    assert again["waiting_for"] == ["c2"]
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").json()["status"] == "running"
    scene.finish(app, "m1", "c2")
    scene.finish(app, "m1", "c1")
    assert state(scene, app)["status"] == "succeeded"


def test_what_was_refused_as_it_was_written_is_not_tried_again(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", {"id": "c1", "name": "os-write", "arguments": {}})
    assert control(scene, app, "retry")[1]["type"] == "not-retryable"


def test_a_message_is_paused_resumed_and_cancelled_as_a_whole(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"), write("c2"), logo("c3"), logo("c4"))
    scene.finish(app, "m1", "c4")
    path = f"/v1/apps/{app}/messages/m1"

    def statuses(name: str) -> list[str]:
        answer = scene.client.post(f"{path}/{name}")
        assert answer.status_code == 202
        return [call["status"] for call in answer.json()["tool_calls"]]

    assert statuses("pause") == ["paused"] * 3
    assert statuses("resume") == ["queued"] * 3
    assert statuses("cancel") == ["cancelled"] * 3
    assert scene.client.get(path).json()["counts"]["cancelled"] == 3
    assert scene.client.post(f"{path}/cancel").json()["tool_calls"] == []


def test_a_paused_call_keeps_those_behind_it_waiting_and_a_cancelled_one_does_not(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"), write("c2"))
    control(scene, app, "pause")
    assert state(scene, app, "c2")["waiting_for"] == ["c1"]
    control(scene, app, "cancel")
    assert state(scene, app, "c2")["waiting_for"] == []
    scene.finish(app, "m1", "c2")


def test_a_call_paused_while_it_waits_goes_on_when_it_is_resumed_after_what_it_waited_for(
    scene: Scene, app: str
) -> None:
    scene.submit(app, "m1", write("c1"), write("c2"))
    control(scene, app, "pause", "c2")
    scene.finish(app, "m1", "c1")
    assert state(scene, app, "c2")["status"] == "paused"
    assert state(scene, app, "c2")["waiting_for"] == []
    control(scene, app, "resume", "c2")
    scene.finish(app, "m1", "c2")


def test_controls_are_honoured_once_for_an_idempotency_key(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    scene.fail(app, "m1", "c1", ERROR)
    key = {"Idempotency-Key": f"retry-{app}"}
    first = control(scene, app, "retry", **key)
    scene.fail(app, "m1", "c1", ERROR)
    assert control(scene, app, "retry", **key) == first
    assert state(scene, app)["status"] == "failed"


@pytest.mark.parametrize(
    "path", ["messages/m9/pause", "messages/m9/tool-calls/c1/pause", "messages/m1/tool-calls/c9/retry"]
)
def test_what_is_not_there_is_not_steered(scene: Scene, app: str, path: str) -> None:
    scene.submit(app, "m1", write("c1"))
    assert scene.client.post(f"/v1/apps/{app}/{path}").status_code == 404
