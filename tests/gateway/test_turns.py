"""Writes over HTTP in the order of the app's calls, and what those get that come too early."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from models import write as write_module
from models.errors import Busy
from models.tables import blobs
from tests.gateway.conftest import Scene
from tests.gateway.test_archives import zipped
from tests.gateway.test_calls import write
from tests.gateway.test_files import place, put, tree
from tests.wait import wait_until

VIEW = {"id": "v1", "name": "os-view", "arguments": {"file_path": "a"}}
REQUESTS: dict[str, Callable[[Scene, str], httpx.Response]] = {
    "put": lambda scene, app: put(scene, app, "a", b"mine"),
    "delete": lambda scene, app: scene.client.delete(place(app, "a")),
    "archive": lambda scene, app: scene.client.put(f"/v1/apps/{app}/archive", content=zipped(("a", b"mine"))),
}


class Asked(threading.Thread):
    """A request that waits for its turn in a thread."""

    def __init__(self, ask: Callable[[], httpx.Response]) -> None:
        super().__init__()
        self._ask = ask
        self.answer: httpx.Response | None = None
        self.start()

    def run(self) -> None:
        self.answer = self._ask()

    def status(self) -> int:
        self.join()
        assert self.answer is not None
        return self.answer.status_code


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows each time that a write was told to come again."""
    found: list[int] = []
    refuse = write_module._refuse_busy

    def noted(*given: Any) -> None:
        try:
            refuse(*given)
        except Busy:
            found.append(1)
            raise

    monkeypatch.setattr(write_module, "_refuse_busy", noted)
    return found


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("call", [write("v1", "a"), VIEW], ids=["a writer", "a reader"])
def test_a_write_waits_for_a_call_that_runs(
    scene: Scene, app: str, tries: list[int], kind: str, call: dict[str, object]
) -> None:
    put(scene, app, "a", b"before")
    scene.submit(app, "m1", call).raise_for_status()
    held = scene.claim(app, "m1", "v1", 0)
    asked = Asked(lambda: REQUESTS[kind](scene, app))
    wait_until(lambda: len(tries) > 2, "the write to be told to wait")
    assert tree(scene, app) == {"a": b"before"}
    scene.advance(held)
    scene.advance(scene.claim(app, "m1", "v1", 1))
    scene.succeed(scene.claim(app, "m1", "v1", 2), {"text": "done"}, a=b"theirs")
    assert asked.status() in (200, 204)
    assert tree(scene, app) == ({} if kind == "delete" else {"a": b"mine"})
    made_by = [one["tool_call_id"] for one in scene.client.get(f"{place(app, 'a')}/history").json()["versions"]]
    assert made_by == [None, "v1", None]


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_write_whose_turn_does_not_come_is_busy_and_changes_nothing(
    scene: Scene, app: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(scene, app, "a", b"before")
    scene.submit(app, "m1", write("c1", "a")).raise_for_status()
    scene.claim(app, "m1", "c1", 0)
    monkeypatch.setattr(scene.gateway.settings, "busy_seconds", 0.1)
    answer = REQUESTS[kind](scene, app)
    assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (409, "busy", "1")
    assert answer.json()["errors"] == [{"message_id": "m1", "tool_call_id": "c1"}]
    assert tree(scene, app) == {"a": b"before"}


@pytest.mark.parametrize("kind", ["put", "archive"])
def test_what_is_busy_leaves_no_content_behind(
    scene: Scene, app: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.gateway.settings, "busy_seconds", 0.1)
    scene.submit(app, "m1", write("c1", "a")).raise_for_status()
    before, content = stored(scene), uuid.uuid4().bytes
    if kind == "put":
        assert put(scene, app, "a", content).status_code == 409
    else:
        archive = zipped(("b", content))
        assert scene.client.put(f"/v1/apps/{app}/archive", content=archive).status_code == 409
    assert stored(scene) == before


def test_reading_waits_for_nobody(scene: Scene, app: str) -> None:
    put(scene, app, "a", b"before")
    scene.submit(app, "m1", write("c1", "a")).raise_for_status()
    scene.claim(app, "m1", "c1", 0)
    assert scene.client.get(place(app, "a")).content == b"before"
    assert scene.client.get(f"/v1/apps/{app}/files").status_code == 200
    assert tree(scene, app) == {"a": b"before"}


def test_only_a_few_of_the_calls_in_the_way_are_named(scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.gateway.settings, "busy_seconds", 0.1)
    scene.submit(app, "m1", *(write(f"c{number}", "a") for number in range(15))).raise_for_status()
    problem = put(scene, app, "a").json()
    assert [error["tool_call_id"] for error in problem["errors"]] == [f"c{number}" for number in range(10)]
    assert problem["detail"].endswith("c9 and more")


def test_two_trees_at_once_leave_one_of_them(scene: Scene, app: str) -> None:
    trees = [{f"{letter}{number}": letter.encode() for number in range(60)} for letter in "ab"]
    asked = [
        Asked(lambda files=files: scene.client.put(f"/v1/apps/{app}/archive", content=zipped(*files.items())))  # type: ignore[misc]
        for files in trees
    ]
    assert [one.status() for one in asked] == [200, 200]
    assert tree(scene, app) in trees


def stored(scene: Scene) -> int:
    with scene.gateway.store.read() as tx:
        return tx.execute(select(func.count()).select_from(blobs)).scalar_one()
