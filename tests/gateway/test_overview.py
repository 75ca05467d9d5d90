"""What there is across apps: newest first, in pages, each caller only what is in their scope."""

from typing import Any

from tests.gateway.conftest import Scene
from tests.gateway.test_calls import logo


def token(scene: Scene, app: str, message: str | None = None) -> dict[str, str]:
    wanted = {"app_id": app, "grants": ["watch"], **({"message_id": message} if message else {})}
    return {"Authorization": f"Bearer {scene.client.post('/v1/tokens', json=wanted).json()['token']}"}


def read(scene: Scene, path: str, **headers: str) -> Any:
    answer = scene.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_apps_come_newest_first_in_pages_that_neither_repeat_nor_leave_out_one(scene: Scene, app: str) -> None:
    made = [f"{app}-{number}" for number in range(5)]
    for name in made:
        scene.submit(name, "m1", logo("c1"))
    found: list[str] = []
    path = "/v1/apps?limit=2"
    while len(found) < 5:
        page = read(scene, path)
        found += [one["app_id"] for one in page["apps"]]
        path = f"/v1/apps?limit=2&before={page['next']}"
    assert found[:5] == made[::-1]


def test_an_app_says_how_many_of_its_messages_run(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"))
    scene.submit(app, "m2", logo("c1"))
    scene.finish(app, "m2", "c1")
    (found,) = read(scene, "/v1/apps", **token(scene, app))["apps"]
    assert (found["app_id"], found["running"]) == (app, 1)


def test_messages_of_all_apps_come_newest_first(scene: Scene, app: str) -> None:
    for name in (f"{app}-1", f"{app}-2"):
        scene.submit(name, "m1", logo("c1"))
    found = [(one["app_id"], one["message_id"]) for one in read(scene, "/v1/messages?limit=2")["messages"]]
    assert found == [(f"{app}-2", "m1"), (f"{app}-1", "m1")]


def test_a_token_sees_its_app_or_its_message_and_nothing_else(scene: Scene, app: str) -> None:
    other = f"{app}-2"
    for name, message in ((app, "m1"), (app, "m2"), (other, "m1")):
        scene.submit(name, message, logo("c1"))
    mine, one = token(scene, app), token(scene, app, "m1")
    seen = [message["message_id"] for message in read(scene, "/v1/messages", **mine)["messages"]]
    assert seen == ["m2", "m1"]
    assert [message["message_id"] for message in read(scene, "/v1/messages", **one)["messages"]] == ["m1"]
    for headers in (mine, one):
        assert [found["app_id"] for found in read(scene, "/v1/apps", **headers)["apps"]] == [app]


def test_a_cursor_that_is_no_app_is_refused(scene: Scene) -> None:
    assert scene.client.get("/v1/apps?before=Not-One").status_code == 400


def test_a_message_in_a_list_says_what_it_is_about_and_how_long_it_took(scene: Scene, app: str) -> None:
    path = f"/v1/apps/{app}/messages/m1"
    scene.client.post(f"{path}/text", json={"text": "\nFirst a logo.\nThen more."})
    scene.client.post(f"{path}/text", json={"text": "Second."})
    scene.submit(app, "m1", logo("c1"), logo("c2"))
    scene.finish(app, "m1", "c1")
    (running,) = read(scene, f"/v1/apps/{app}/messages")["messages"]
    assert (running["title"], running["variant"], running["finished_at"]) == ("First a logo.", "enhanced", None)
    scene.finish(app, "m1", "c2")
    (idle,) = read(scene, f"/v1/apps/{app}/messages")["messages"]
    assert idle["started_at"] and idle["started_at"] == idle["finished_at"]
    assert read(scene, path)["title"] == "First a logo."


def test_messages_can_be_asked_for_by_how_they_are(scene: Scene, app: str) -> None:
    for message in ("m1", "m2", "m3"):
        scene.submit(app, message, logo("c1"))
    scene.finish(app, "m1", "c1")
    scene.fail(app, "m2", "c1", {"type": "tool-failed", "title": "T", "detail": "D", "retryable": False})

    def asked(status: str) -> list[str]:
        found = read(scene, f"/v1/apps/{app}/messages?status={status}")["messages"]
        return [one["message_id"] for one in found]

    assert (asked("running"), asked("idle"), asked("failed")) == (["m3"], ["m2", "m1"], ["m2"])
    assert scene.client.get(f"/v1/apps/{app}/messages?status=lost").status_code == 400
