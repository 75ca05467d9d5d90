"""Every operation of every route is tried by everyone who may not do it, and by someone who may."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from broker.outbox import now
from gateway.app import PAGES, operations
from gateway.auth import Need
from gateway.identity import COOKIE
from models.identity import Caller, Grant
from models.keys import add_key, list_keys, revoke_key
from models.tokens import make_token
from tests.gateway.conftest import KEY, Scene

SCOPED = (Grant.WATCH, Grant.SUBMIT, Grant.CONTROL)
OPERATIONS = [
    (method, path, operation.needs) for path, methods in operations().items() for method, operation in methods.items()
]


@dataclass(frozen=True)
class Identities:
    """Secrets by what they are, for one app and its message `m1`."""

    scene: Scene
    app: str
    key_id: int

    def token(self, *grants: Grant, app: str | None = None, message: str | None = None, age: float = 0) -> str:
        caller = Caller(self.key_id, "matrix", "token", frozenset(grants), app, message, now() - age + 60)
        with self.scene.gateway.store.write() as tx:
            return make_token(tx, caller, at=now() - age)

    def revoked(self) -> str:
        name = uuid.uuid4().hex
        with self.scene.gateway.store.write() as tx:
            secret = add_key(tx, name, now())
            revoke_key(tx, name, now())
        return secret

    def wrong(self, needs: Need, path: str) -> Iterator[tuple[str, dict[str, str], int]]:
        """Who may not, the headers that they send, and the status that they get."""
        yield "nobody", {}, 401
        yield "an unknown key", bearer("tr_unknown"), 401
        yield "a revoked key", bearer(self.revoked()), 401
        yield "a token that ended", bearer(self.token(*Grant, age=120)), 401
        yield "another scheme", {"Authorization": f"Basic {KEY}"}, 401
        yield "an unknown cookie", {"Cookie": f"{COOKIE}=trs_unknown", "Sec-Fetch-Site": "same-origin"}, 401
        if needs == "key":
            yield "a token with all grants", bearer(self.token(*Grant)), 403
        if isinstance(needs, Grant):
            others = [grant for grant in SCOPED if grant != needs]
            yield "a token without the grant", bearer(self.token(*others, app=self.app)), 403
            yield "an operator's token", bearer(self.token(Grant.OPERATE)), 200 if needs == Grant.OPERATE else 403
        if "{app_id}" in path:
            yield "a token of another app", bearer(self.token(*SCOPED, app="another")), 403
            yield "a token of another message", bearer(self.token(*SCOPED, app=self.app, message="m2")), 403
        cookie = {"Cookie": f"{COOKIE}={self.token(*Grant)}"}
        yield "the page of a stranger", cookie | {"Origin": "https://evil.example"}, 403

    def right(self, needs: Need) -> Iterator[tuple[str, dict[str, str]]]:
        """Who may, and the headers that they send."""
        yield "a key", bearer(KEY)
        if isinstance(needs, Grant):
            yield "a token with the grant", bearer(self.token(needs, app=None if needs == Grant.OPERATE else self.app))
        if needs == "anyone":
            yield "any token", bearer(self.token(Grant.CONTROL, app=self.app))


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def filled(path: str, app: str) -> str:
    values = {"app_id": app, "message_id": "m1", "call_id": "c1", "path:path": "a.txt"}
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path
    return path


def ask(scene: Scene, method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    """The status and, of a problem, its body; a stream is not read to its end, which never comes."""
    with httpx.stream(method, scene.url + path, headers=headers, timeout=30) as answer:
        if answer.headers.get("content-type") == "application/problem+json":
            answer.read()
            return answer.status_code, answer.json()
        return answer.status_code, None


@pytest.fixture
def identities(scene: Scene, app: str) -> Identities:
    scene.client.put(f"/v1/apps/{app}/files/a.txt", content=b"mine")
    with scene.gateway.store.read() as tx:
        return Identities(scene, app, list_keys(tx)[0].id)


@pytest.mark.parametrize(("method", "path", "needs"), OPERATIONS)
def test_whoever_may_not_is_refused_and_changes_nothing(
    scene: Scene, identities: Identities, method: str, path: str, needs: Need
) -> None:
    for who, headers, status in identities.wrong(needs, path):
        found, problem = ask(scene, method, filled(path, identities.app), headers)
        assert found == status, f"{who} got {found} for {method} {path}"
        assert problem is None or problem["type"] in ("unauthorized", "forbidden"), who
    assert scene.client.get(f"/v1/apps/{identities.app}/files/a.txt").content == b"mine"
    assert scene.client.get(f"/v1/apps/{identities.app}/messages").json()["messages"] == []


@pytest.mark.parametrize(("method", "path", "needs"), OPERATIONS)
def test_whoever_may_is_let_in(scene: Scene, identities: Identities, method: str, path: str, needs: Need) -> None:
    for who, headers in identities.right(needs):
        found, _ = ask(scene, method, filled(path, identities.app), headers)
        assert found not in (401, 403, 405), f"{who} got {found} for {method} {path}"


def test_every_route_but_the_open_ones_is_in_the_matrix() -> None:
    from gateway.app import create_app

    open_to_all = {"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json", "/docs"}
    open_to_all |= {"/static/{path:path}", *PAGES}
    paths = {route.path for route in create_app().routes}  # type: ignore[attr-defined]
    assert paths - {path for _, path, _ in OPERATIONS} == open_to_all
