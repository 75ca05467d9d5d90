"""What every route has in common: keys, errors, limits, headers, health."""

import httpx
import pytest
import redis
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from models.keys import ensure_key, revoke_key
from models.tables import api_keys
from tests.gateway.conftest import AT, KEY, Scene
from tests.gateway.test_calls import write

JSON = {"Content-Type": "application/json"}


def calls_path(app: str, message: str = "m1") -> str:
    return f"/v1/apps/{app}/messages/{message}/tool-calls"


def post(scene: Scene, app: str, content: bytes, **headers: str) -> httpx.Response:
    return scene.client.post(calls_path(app), content=content, headers=JSON | headers)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"}])
def test_a_request_without_a_good_key_is_refused(scene: Scene, header: dict[str, str]) -> None:
    answer = httpx.get(f"{scene.url}/v1/tools", headers=header)
    assert (answer.status_code, answer.json()["type"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["key", "token", "api_key", "Access_Token"])
def test_a_secret_in_the_query_is_refused_even_beside_a_good_key(scene: Scene, name: str) -> None:
    assert scene.client.get(f"/v1/tools?{name}={KEY}").json()["type"] == "malformed"


def test_a_revoked_key_is_refused(scene: Scene) -> None:
    key = f"tr_revoked-{scene.url}"
    with scene.gateway.store.write() as tx:
        ensure_key(tx, "second", key, at=AT)
        revoke_key(tx, "second", AT)
    assert httpx.get(f"{scene.url}/v1/tools", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_keys_are_kept_as_hashes(scene: Scene) -> None:
    with scene.gateway.store.read() as tx:
        rows = tx.execute(api_keys.select()).all()
    assert rows and KEY not in str(rows)


def test_an_unknown_path_is_problem_details(scene: Scene) -> None:
    answer = scene.client.get("/v1/nothing")
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json().keys()
    assert answer.json()["type"] == "not-found"


def test_a_wrong_method_names_all_that_are_allowed(scene: Scene, app: str) -> None:
    answer = scene.client.post(f"/v1/apps/{app}/files/a.txt")
    assert (answer.status_code, answer.json()["type"]) == (405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT", "DELETE"}


@pytest.mark.parametrize("bad", ["Demo", "-a", "a-", "a" * 64, "a_b", "a.b"])
def test_an_app_id_that_breaks_the_rule_is_malformed(scene: Scene, bad: str) -> None:
    answer = scene.client.get(f"/v1/apps/{bad}/messages/m1")
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert "app_id" in answer.json()["detail"]


@pytest.mark.parametrize("bad", ["a.b", "a b", "a" * 129, "%0A"])
def test_a_message_id_that_breaks_the_rule_is_malformed(scene: Scene, app: str, bad: str) -> None:
    assert "message_id" in scene.client.get(f"/v1/apps/{app}/messages/{bad}").json()["detail"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not JSON"),
        (b'{"tool_calls": [}', "char 16"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": "\\ud800"}', "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 10_000, "not JSON"),
        (b"[" * 300 + b"]" * 300, "nested too deeply"),
        (b"[]", "must be a JSON object"),
        (b'{"a": %s}' % (b"9" * 5000), "not JSON"),
    ],
)
def test_a_body_that_is_no_json_object_is_malformed_and_says_where(
    scene: Scene, app: str, content: bytes, word: str
) -> None:
    answer = post(scene, app, content)
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert word in answer.json()["detail"]


def test_only_json_is_read_on_json_routes(scene: Scene, app: str) -> None:
    refused = scene.client.post(calls_path(app), content=b"{}", headers={"Content-Type": "text/plain"})
    assert (refused.status_code, refused.json()["type"]) == (415, "unsupported-media-type")
    assert post(scene, app, b"{}", **{"Content-Encoding": "gzip"}).status_code == 415
    assert post(scene, app, b"{}", **{"Content-Type": "application/vnd.x+json; charset=utf-8"}).status_code == 400


def test_a_request_that_is_too_large_is_refused_with_and_without_a_length(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.gateway.settings, "max_request_bytes", 2000)
    assert post(scene, app, bytes(2001)).json()["type"] == "too-large"
    chunked = scene.client.post(calls_path(app), content=(bytes(100) for _ in range(21)), headers=JSON)
    assert chunked.status_code == 413


def test_a_batch_with_too_many_calls_is_too_large(scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.gateway.settings, "max_batch_calls", 2)
    assert scene.submit(app, "m1", *(write(f"c{number}") for number in range(3))).status_code == 413


def test_a_store_that_is_down_is_said_before_anything_is_accepted(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("secret words"))

    monkeypatch.setattr(type(scene.gateway.store), "write", broken)
    answer = scene.submit(app, "m1", write("c1"))
    assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert "secret words" not in answer.text


def test_while_redis_is_away_nothing_is_accepted_but_what_is_stored_can_be_read(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise redis.ConnectionError("away")

    scene.submit(app, "m1", write("c1"))
    monkeypatch.setattr(type(scene.gateway.catalog), "live", away)
    assert scene.submit(app, "m1", write("c2")).json()["type"] == "unavailable"
    assert [call["id"] for call in scene.client.get(f"/v1/apps/{app}/messages/m1").json()["tool_calls"]] == ["c1"]


def test_an_error_that_nobody_foresaw_is_told_without_details(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.submit.judge", lambda *_: 1 / 0)
    with capture_logs() as lines:
        answer = scene.submit(app, "m1", write("c1"))
    assert "request-broke" in [line["event"] for line in lines]
    assert (answer.status_code, answer.json()["type"]) == (500, "internal")
    assert "division" not in answer.text


def test_what_is_stored_is_accepted_even_when_it_cannot_be_told(
    scene: Scene, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no way")

    monkeypatch.setattr(type(scene.gateway.outbox), "deliver", broken)
    assert scene.submit(app, "m1", write("c1")).status_code == 202
    assert scene.client.get(f"{calls_path(app)}/c1").json()["status"] == "queued"


def test_every_answer_has_the_usual_headers(scene: Scene) -> None:
    for path in ("/", "/healthz", "/v1/tools", "/nothing"):
        headers = scene.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_a_page_of_an_allowed_origin_may_call_and_another_may_not(scene: Scene, app: str) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,last-event-id,idempotency-key",
    }
    allowed = scene.client.options(calls_path(app), headers=asked | {"Origin": "https://page.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://page.example"
    refused = scene.client.options(calls_path(app), headers=asked | {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in refused.headers
    error = scene.client.get("/v1/nothing", headers={"Origin": "https://page.example"})
    assert error.headers["access-control-allow-origin"] == "https://page.example"


def test_health_needs_no_key(scene: Scene) -> None:
    assert httpx.get(f"{scene.url}/healthz").json() == {"status": "alive"}
    assert httpx.get(f"{scene.url}/readyz").json()["status"] == "ready"
    assert "python_info" in httpx.get(f"{scene.url}/metrics").text


def test_readiness_names_what_is_not_well(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(scene.gateway.catalog), "workers", lambda _: frozenset())
    answer = httpx.get(f"{scene.url}/readyz")
    assert answer.status_code == 503
    assert [error["check"] for error in answer.json()["errors"]] == ["worker"]


def test_the_root_says_what_this_is(scene: Scene) -> None:
    assert "Toolreel" in httpx.get(scene.url, headers={"Accept": "text/html"}).text
    assert httpx.get(scene.url).json()["name"] == "toolreel"
