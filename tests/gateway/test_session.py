"""Browser sessions: a cookie that no script reads, and that works on our own pages only."""

from collections.abc import Iterator

import httpx
import pytest

from gateway.identity import COOKIE
from models.keys import hash_secret
from tests.gateway.conftest import KEY, Scene
from tests.gateway.test_calls import write
from tests.gateway.test_tokens import token

FRIEND = "https://page.example"


@pytest.fixture
def browser(scene: Scene) -> Iterator[httpx.Client]:
    """A client that keeps cookies and has no key."""
    with httpx.Client(base_url=scene.url, timeout=30) as client:
        yield client


def sign_in(browser: httpx.Client, secret: str = KEY) -> httpx.Response:
    answer = browser.post("/v1/session", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 201, answer.text
    return answer


def test_a_key_is_traded_for_a_cookie_that_no_script_can_read(browser: httpx.Client) -> None:
    cookie = sign_in(browser).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=trs_") and KEY not in cookie
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert browser.get("/v1/tools").status_code == 200


def test_a_session_over_tls_is_never_sent_without_it(scene: Scene, browser: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "X-Forwarded-Proto": "https"}
    assert "Secure" in browser.post("/v1/session", headers=headers).headers["set-cookie"].split("; ")


def test_a_session_has_the_rights_and_the_end_of_its_token(scene: Scene, browser: httpx.Client, app: str) -> None:
    made = sign_in(browser, token(scene, app, "watch", ttl_seconds=100))
    assert (made.json()["kind"], made.json()["app_id"], made.json()["grants"]) == ("session", app, ["watch"])
    assert any(f"Max-Age={seconds}" in made.headers["set-cookie"] for seconds in range(90, 101))
    assert browser.get("/v1/session").json() == made.json()
    assert browser.get(f"/v1/apps/{app}/files").status_code == 200
    assert browser.get("/v1/apps/other/files").status_code == 403


def test_a_cookie_alone_makes_no_session_and_no_token(scene: Scene, browser: httpx.Client, app: str) -> None:
    sign_in(browser)
    own = {"Origin": scene.url}
    assert browser.post("/v1/session", headers=own).status_code == 401
    assert browser.post("/v1/tokens", json={"app_id": app, "grants": ["watch"]}, headers=own).status_code == 403


def test_signing_out_ends_the_session_everywhere(scene: Scene, browser: httpx.Client) -> None:
    sign_in(browser)
    stolen = browser.cookies[COOKIE]
    assert browser.delete("/v1/session", headers={"Origin": scene.url}).status_code == 204
    assert COOKIE not in browser.cookies
    assert httpx.get(f"{scene.url}/v1/tools", cookies={COOKIE: stolen}).status_code == 401
    assert stolen not in str(scene.callers.__dict__) and hash_secret(stolen) not in str(scene.callers.__dict__)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://app.localhost:8001"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": FRIEND}, 202),
    ],
)
def test_a_page_of_someone_else_can_start_nothing_with_the_cookie(
    browser: httpx.Client, app: str, headers: dict[str, str], status: int
) -> None:
    sign_in(browser)
    body = {"tool_calls": [write("c1")]}
    assert browser.post(f"/v1/apps/{app}/messages/m1/tool-calls", json=body, headers=headers).status_code == status
    stored = browser.get(f"/v1/apps/{app}/messages").json()["messages"]
    assert len(stored) == (status == 202)


def test_our_own_page_can_start_work_with_the_cookie(scene: Scene, browser: httpx.Client, app: str) -> None:
    sign_in(browser)
    path, headers = f"/v1/apps/{app}/messages/m1/tool-calls", {"Origin": scene.url}
    assert browser.post(path, json={"tool_calls": [write("c1")]}, headers=headers).status_code == 202


def test_a_foreign_page_reads_nothing_with_the_cookie(browser: httpx.Client) -> None:
    sign_in(browser)
    refused = browser.get("/v1/tools", headers={"Origin": "https://evil.example"})
    assert (refused.status_code, refused.json()["type"]) == (403, "forbidden")
    assert "access-control-allow-origin" not in refused.headers


def test_a_befriended_page_may_send_the_cookie(browser: httpx.Client) -> None:
    sign_in(browser)
    answer = browser.get("/v1/tools", headers={"Origin": FRIEND})
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_header_counts_before_the_cookie(browser: httpx.Client) -> None:
    sign_in(browser)
    assert browser.get("/v1/tools", headers={"Authorization": "Bearer wrong"}).status_code == 401
