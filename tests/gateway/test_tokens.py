"""Short-lived tokens: made with a key, for one app or message, and for a while."""

import time
import uuid
from typing import Any

import httpx
import pytest

from broker.outbox import now
from models.keys import add_key, hash_secret, revoke_key, rotate_key
from models.tables import tokens
from tests.gateway.conftest import KEY, Scene


def make(scene: Scene, key: str = KEY, **wanted: Any) -> httpx.Response:
    return httpx.post(f"{scene.url}/v1/tokens", json=wanted, headers={"Authorization": f"Bearer {key}"})


def token(scene: Scene, app: str, *grants: str, **more: Any) -> str:
    answer = make(scene, app_id=app, grants=list(grants) or ["watch"], **more)
    assert answer.status_code == 201, answer.text
    secret: str = answer.json()["token"]
    return secret


def status(scene: Scene, path: str, secret: str, method: str = "GET") -> int:
    return httpx.request(method, scene.url + path, headers={"Authorization": f"Bearer {secret}"}).status_code


def forget(scene: Scene, *secrets: str) -> None:
    """Let the gateway ask the store again, which it otherwise does after a few seconds."""
    for secret in secrets:
        scene.callers.forget(hash_secret(secret))


def new_key(scene: Scene) -> tuple[str, str]:
    name = f"key-{uuid.uuid4().hex[:8]}"
    with scene.gateway.store.write() as tx:
        return name, add_key(tx, name, now())


def test_a_token_says_what_it_is_for_and_until_when(scene: Scene, app: str) -> None:
    before = time.time()
    made = make(scene, app_id=app, message_id="m1", grants=["watch", "control"], ttl_seconds=60)
    assert made.status_code == 201
    body = made.json()
    assert body["token"].startswith("trt_")
    assert (body["app_id"], body["message_id"], body["grants"]) == (app, "m1", ["control", "watch"])
    assert time.strftime("%Y-%m-%dT", time.gmtime(before + 60)) in body["expires_at"]


def test_a_token_works_for_its_app_and_its_grants(scene: Scene, app: str) -> None:
    secret = token(scene, app, "watch")
    assert status(scene, f"/v1/apps/{app}/files", secret) == 200
    assert status(scene, "/v1/apps/other/files", secret) == 403
    assert status(scene, f"/v1/apps/{app}/files/a.txt", secret, "DELETE") == 403
    assert status(scene, "/v1/tools", secret) == 200


def test_a_token_for_a_message_sees_no_other_and_no_files(scene: Scene, app: str) -> None:
    secret = token(scene, app, "watch", message_id="m1")
    assert status(scene, f"/v1/apps/{app}/messages/m1", secret) == 404
    assert status(scene, f"/v1/apps/{app}/messages/m2", secret) == 403
    assert status(scene, f"/v1/apps/{app}/files", secret) == 403
    assert status(scene, f"/v1/apps/{app}/events", secret) == 403


def test_a_token_cannot_make_tokens(scene: Scene, app: str) -> None:
    answer = make(scene, token(scene, app, "watch", "submit", "control"), app_id=app, grants=["watch"])
    assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")


def test_a_token_ends(scene: Scene, app: str) -> None:
    secret = token(scene, app)
    assert status(scene, f"/v1/apps/{app}/files", secret) == 200
    with scene.gateway.store.write() as tx:
        tx.execute(tokens.update().where(tokens.c.sha256 == hash_secret(secret)).values(expires_at=now() - 1))
    forget(scene, secret)
    assert status(scene, f"/v1/apps/{app}/files", secret) == 401


def test_a_token_ends_with_its_key(scene: Scene, app: str) -> None:
    name, key = new_key(scene)
    secret = make(scene, key, app_id=app, grants=["watch"]).json()["token"]
    assert status(scene, f"/v1/apps/{app}/files", secret) == 200
    with scene.gateway.store.write() as tx:
        revoke_key(tx, name, now())
    forget(scene, secret, key)
    assert [status(scene, "/v1/tools", one) for one in (secret, key)] == [401, 401]


def test_a_rotated_key_works_beside_the_next_one_for_its_grace(scene: Scene) -> None:
    name, key = new_key(scene)
    with scene.gateway.store.write() as tx:
        following = rotate_key(tx, name, now(), grace=600)
    assert [status(scene, "/v1/tools", secret) for secret in (key, following)] == [200, 200]
    with scene.gateway.store.write() as tx:
        revoke_key(tx, name, now())
    forget(scene, key, following)
    assert [status(scene, "/v1/tools", secret) for secret in (key, following)] == [401, 401]


def test_tokens_are_kept_as_hashes(scene: Scene, app: str) -> None:
    secret = token(scene, app)
    with scene.gateway.store.read() as tx:
        rows = tx.execute(tokens.select()).all()
    assert hash_secret(secret) in str(rows) and secret not in str(rows)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ({}, "grants"),
        ({"app_id": "demo"}, "grants"),
        ({"app_id": "demo", "grants": []}, "grants"),
        ({"app_id": "demo", "grants": ["fly"]}, "'watch', 'submit', 'control' or 'operate'"),
        ({"app_id": "demo", "grants": "watch"}, "grants"),
        ({"grants": ["watch"]}, "app_id is needed"),
        ({"message_id": "m1", "grants": ["watch"]}, "app_id is needed"),
        ({"app_id": "Demo", "grants": ["watch"]}, "app_id"),
        ({"app_id": "demo\n", "grants": ["watch"]}, "app_id"),
        ({"app_id": "demo", "message_id": "a b", "grants": ["watch"]}, "message_id"),
        ({"app_id": "demo", "grants": ["operate"]}, "operate is for all apps"),
        ({"message_id": "m1", "grants": ["operate"]}, "app_id is needed"),
        ({"grants": ["operate", "watch"]}, "operate is for all apps"),
        ({"app_id": "demo", "grants": ["watch"], "ttl_seconds": 0}, "ttl_seconds"),
        ({"app_id": "demo", "grants": ["watch"], "ttl_seconds": 86_401}, "ttl_seconds"),
        ({"app_id": "demo", "grants": ["watch"], "ttl_seconds": "60"}, "ttl_seconds"),
        ({"app_id": "demo", "grants": ["watch"], "ttl_seconds": 1.5}, "ttl_seconds"),
        ({"app_id": "demo", "grants": ["watch"], "scope": "all"}, "scope"),
    ],
)
def test_a_token_that_cannot_be_is_refused_and_says_why(scene: Scene, wanted: dict[str, Any], word: str) -> None:
    answer = make(scene, **wanted)
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert word in answer.json()["detail"]
    assert all("pointer" in one for one in answer.json()["errors"])


def test_a_stream_ends_with_the_key_of_its_token(scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.gateway.settings, "heartbeat_seconds", 0.1)
    name, key = new_key(scene)
    secret = make(scene, key, app_id=app, grants=["watch"]).json()["token"]
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.stream("GET", f"{scene.url}/v1/apps/{app}/events", headers=headers, timeout=30) as stream:
        lines = stream.iter_lines()
        assert any("snapshot" in line for line in lines)
        with scene.gateway.store.write() as tx:
            revoke_key(tx, name, now())
        forget(scene, secret)
        assert any('"token-expired"' in line for line in lines)
    assert status(scene, f"/v1/apps/{app}/events", secret) == 401


def test_a_stream_goes_on_with_a_fresh_token_where_the_last_one_ended(scene: Scene, app: str) -> None:
    path = f"{scene.url}/v1/apps/{app}/messages/m1/events"

    def events(secret: str, last: str | None) -> list[str]:
        headers = {"Authorization": f"Bearer {secret}"} | ({"Last-Event-ID": last} if last else {})
        with httpx.stream("GET", path, headers=headers, timeout=30) as stream:
            return list(stream.iter_lines())

    short = token(scene, app, "watch", ttl_seconds=1)
    first = events(short, None)
    assert '"token-expired"' in first[-2]
    assert status(scene, f"/v1/apps/{app}/messages/m1/events", short) == 401
    scene.submit(app, "m1", {"id": "c1", "name": "no-such-tool", "arguments": {}})
    last = [line for line in first if line.startswith("id: ")][-1].removeprefix("id: ")
    second = events(token(scene, app, "watch", ttl_seconds=1), last)
    kinds = [line.removeprefix("event: ") for line in second if line.startswith("event: ")]
    assert "snapshot" not in kinds and kinds.count("tool_call") == 1
