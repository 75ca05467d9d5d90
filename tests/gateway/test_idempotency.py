"""`Idempotency-Key` over HTTP: a repeat is answered as the first time and changes nothing."""

import hashlib
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select

from models.outcome import Outcome
from models.tables import api_keys, idempotency_keys
from tests.core.together import together
from tests.gateway.conftest import AT, Scene
from tests.gateway.test_calls import logo, write

JSON = {"Content-Type": "application/json"}
BODY = b'{"tool_calls": [{"id": "c1", "name": "logo", "arguments": {}}]}'
BAD_KEYS = [b"", b"two words", "schl\u00fcssel".encode(), b"k" * 256]


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return uuid.uuid4().hex


def post(
    scene: Scene, path: str, content: Any = BODY, key: str | bytes | None = None, **headers: str
) -> httpx.Response:
    sent: dict[str, Any] = {**JSON, **headers} | ({} if key is None else {"Idempotency-Key": key})
    return scene.client.post(path, content=content, headers=sent)


def calls_of(app: str, message: str = "m1") -> str:
    return f"/v1/apps/{app}/messages/{message}/tool-calls"


def text_of(app: str, message: str = "m1") -> str:
    return f"/v1/apps/{app}/messages/{message}/text"


def flow(scene: Scene, app: str) -> Any:
    return scene.client.get(f"/v1/apps/{app}/messages/m1").json()["flow"]


def is_replayed(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def test_a_repeated_submit_gets_the_first_answer_byte_for_byte(scene: Scene, app: str, key: str) -> None:
    first = post(scene, calls_of(app), key=key)
    scene.finish(app, "m1", "c1")
    again = post(scene, calls_of(app), key=key)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (202, first.content)
    assert (is_replayed(first), is_replayed(again)) == (False, True)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert post(scene, calls_of(app)).json()["tool_calls"][0]["status"] == "succeeded"


def test_repeated_words_are_in_the_conversation_once(scene: Scene, app: str, key: str) -> None:
    first, again = (post(scene, text_of(app), b'{"text": "Hi\\u0000"}', key) for _ in range(2))
    assert (first.content, is_replayed(again)) == (again.content, True)
    assert flow(scene, app) == [{"type": "text", "text": "Hi\ufffd"}]


def test_without_a_key_words_are_added_each_time(scene: Scene, app: str) -> None:
    for _ in range(2):
        post(scene, text_of(app), b'{"text": "Hi"}')
    assert len(flow(scene, app)) == 2


@pytest.mark.parametrize("content", [BODY + b" ", BODY.replace(b"c1", b"c2")])
def test_a_key_with_another_body_is_refused_and_nothing_is_stored(
    scene: Scene, app: str, key: str, content: bytes
) -> None:
    post(scene, calls_of(app), key=key)
    answer = post(scene, calls_of(app), content, key)
    assert (answer.status_code, answer.json()["type"]) == (422, "idempotency-key-reused")
    assert flow(scene, app) == [{"type": "tool_calls", "ids": ["c1"]}]
    assert is_replayed(post(scene, calls_of(app), key=key))


def test_a_key_with_another_path_is_refused_and_shows_nothing_of_the_first_answer(
    scene: Scene, app: str, key: str
) -> None:
    post(scene, calls_of(app), key=key)
    for path in (calls_of(app, "m2"), calls_of(f"{app}-2")):
        answer = post(scene, path, key=key)
        assert (answer.status_code, "c1" in answer.text) == (422, False)
        assert scene.client.get(path.removesuffix("/tool-calls")).status_code == 404


def test_a_refusal_is_not_kept(scene: Scene, app: str, key: str) -> None:
    scene.submit(app, "m1", write("c1"))
    assert post(scene, calls_of(app), b"{", key).status_code == 400
    assert post(scene, calls_of(app), BODY, key).json()["type"] == "tool-call-id-conflict"
    right = post(scene, calls_of(app), BODY.replace(b"c1", b"c2"), key)
    assert (right.status_code, is_replayed(right)) == (202, False)


def test_what_breaks_in_the_transaction_is_not_kept(
    scene: Scene, app: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("gateway.submit.shown", lambda *_: 1 / 0)
        assert post(scene, calls_of(app), key=key).status_code == 500
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").status_code == 404
    assert not is_replayed(post(scene, calls_of(app), key=key))


@pytest.mark.parametrize("bad", BAD_KEYS)
def test_a_header_that_is_no_key_is_malformed_and_nothing_is_stored(scene: Scene, app: str, bad: bytes) -> None:
    for path, content in ((calls_of(app), BODY), (text_of(app), b'{"text": "Hi"}')):
        answer = post(scene, path, content, bad)
        assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").status_code == 404


def test_two_keys_on_one_request_are_malformed(scene: Scene, app: str) -> None:
    headers = [("Idempotency-Key", "one"), ("Idempotency-Key", "two"), ("Content-Type", "application/json")]
    assert scene.client.post(calls_of(app), content=BODY, headers=headers).status_code == 400


@pytest.mark.parametrize("ends", ["k" * 223, '"~!'])
def test_a_long_key_and_one_with_signs_are_keys(scene: Scene, app: str, key: str, ends: str) -> None:
    assert [is_replayed(post(scene, calls_of(app), key=key + ends)) for _ in range(2)] == [False, True]


def test_requests_that_change_nothing_pass_over_the_header(scene: Scene, app: str, key: str) -> None:
    post(scene, calls_of(app), key=key)
    for given in (key.encode(), *BAD_KEYS):
        for method in ("GET", "HEAD"):
            answer = scene.client.request(method, f"/v1/apps/{app}/messages/m1", headers={"Idempotency-Key": given})
            assert (answer.status_code, is_replayed(answer)) == (200, False)


@pytest.fixture
def stranger(scene: Scene) -> Iterator[httpx.Client]:
    """A client with an API key of its own."""
    secret = uuid.uuid4().hex
    with scene.gateway.store.write() as tx:
        sha256 = hashlib.sha256(secret.encode()).hexdigest()
        tx.execute(insert(api_keys), {"name": secret, "sha256": sha256, "created_at": AT})
    with httpx.Client(base_url=scene.url, headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def test_two_api_keys_may_use_the_same_key(scene: Scene, app: str, key: str, stranger: httpx.Client) -> None:
    post(scene, calls_of(app), key=key)
    headers = {"Idempotency-Key": key, **JSON}
    answers = [stranger.post(calls_of(app, "m2"), content=BODY, headers=headers) for _ in range(2)]
    assert [(answer.status_code, is_replayed(answer)) for answer in answers] == [(202, False), (202, True)]


def test_a_large_body_is_the_same_however_it_is_cut(scene: Scene, app: str, key: str) -> None:
    body = b'{"text": "%s"}' % (b"x" * 3_000_000)
    first = post(scene, text_of(app), body, key)
    pieces = (body[start : start + 100_001] for start in range(0, len(body), 100_001))
    again = post(scene, text_of(app), pieces, key)
    assert (again.status_code, is_replayed(again), again.content == first.content) == (202, True, True)
    assert post(scene, text_of(app), body[:-3] + b'y"}', key).status_code == 422


def test_a_repeat_delivers_nothing(scene: Scene, app: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered: list[Outcome] = []
    monkeypatch.setattr(type(scene.gateway.outbox), "deliver", lambda _, outcome: delivered.append(outcome))
    for _ in range(3):
        post(scene, calls_of(app), key=key)
    assert [[call.id for call in outcome.told] for outcome in delivered] == [["c1"]]


def test_twins_at_the_same_moment_are_one_change_and_get_one_answer(scene: Scene, app: str, key: str) -> None:
    path, body = text_of(app), b'{"text": "Hi"}'
    answers = together(*[partial(post, scene, path, body, key)] * 12)
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert [is_replayed(answer) for answer in answers].count(False) == 1
    assert flow(scene, app) == [{"type": "text", "text": "Hi"}]


def test_other_bodies_with_a_key_at_the_same_moment_are_refused_but_one(scene: Scene, app: str, key: str) -> None:
    bodies = [b'{"text": "%d"}' % number for number in range(8)]
    answers = together(*(partial(post, scene, text_of(app), body, key) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [202, *[422] * 7]
    assert len(flow(scene, app)) == 1


def test_a_key_is_kept_with_the_hash_of_its_request_alone(scene: Scene, app: str, key: str) -> None:
    scene.submit(app, "m1", logo("c1"), headers={"Idempotency-Key": key})
    with scene.gateway.store.read() as tx:
        row = tx.execute(select(idempotency_keys).where(idempotency_keys.c.key == key)).mappings().one()
    assert (len(row["fingerprint"]), row["status"], row["answer"]["message_id"]) == (64, 202, "m1")
