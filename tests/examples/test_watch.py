"""The example page in a real browser, from an origin of its own: it signs in, watches, and draws what it is told."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from ops.local.stack import Stack
from tests.wait import wait_until


@pytest.fixture
def page(page: Page, origin: str) -> Page:
    """The example, opened."""
    page.goto(f"{origin}/watch.html")
    return page


def watch(page: Page, stack: Stack, token: str, message: str = "m1") -> None:
    for label, value in (("Toolreel", stack.url), ("App", "demo"), ("Message", message), ("Token", token)):
        page.get_by_label(label).fill(value)
    page.get_by_role("button").click()


def make_token(backend: httpx.Client, message: str) -> str:
    wanted = {"app_id": "demo", "message_id": message, "grants": ["watch"]}
    return str(backend.post("/v1/tokens", json=wanted).raise_for_status().json()["token"])


def test_the_page_shows_words_and_calls_live_and_again_when_it_is_opened_later(
    page: Page, allowing: Stack, backend: httpx.Client
) -> None:
    token = make_token(backend, "m1")
    watch(page, allowing, token)
    expect(page.locator("#status")).to_have_text("idle")
    backend.post("/v1/apps/demo/messages/m1/text", json={"text": "<b>First</b> the page."}).raise_for_status()
    calls = [
        {"id": "c1", "name": "os-write", "arguments": {"file_path": "index.html", "content": "<h1>Tasks</h1>\n"}},
        {"id": "c2", "name": "os-view", "arguments": {"file_path": "missing.txt"}},
    ]
    backend.post("/v1/apps/demo/messages/m1/tool-calls", json={"tool_calls": calls}).raise_for_status()
    for _ in ("live", "opened later"):
        expect(page.locator("#flow > p")).to_have_text("<b>First</b> the page.")
        expect(page.locator("article strong")).to_have_text(["Write index.html", "View missing.txt"])
        expect(page.locator("article").nth(0)).to_have_attribute("data-status", "succeeded")
        expect(page.locator("article").nth(1)).to_have_attribute("data-status", "failed")
        expect(page.locator("article p").nth(1)).to_contain_text("missing.txt")
        expect(page.locator("#status")).to_have_text("idle")
        page.reload()
        watch(page, allowing, token)


def test_the_page_says_why_a_token_does_not_let_it_in(page: Page, allowing: Stack) -> None:
    watch(page, allowing, "trt_wrong")
    expect(page.locator("#status")).not_to_be_empty()
    expect(page.locator("article")).to_have_count(0)


def test_the_page_goes_on_by_itself_when_the_gateway_was_killed(
    page: Page, allowing: Stack, backend: httpx.Client
) -> None:
    watch(page, allowing, make_token(backend, "m2"), "m2")
    expect(page.locator("#status")).to_have_text("idle")
    allowing.hold("gateway")
    wait_until(lambda: page.evaluate("source.readyState") == 0, "the page to notice")
    allowing.release("gateway")
    allowing.wait_until_ready()
    call = {"id": "c1", "name": "os-write", "arguments": {"file_path": "after.txt", "content": "x"}}
    backend.post("/v1/apps/demo/messages/m2/tool-calls", json={"tool_calls": [call]}).raise_for_status()
    expect(page.locator("article")).to_have_attribute("data-status", "succeeded", timeout=30_000)


def test_the_token_is_neither_in_the_url_nor_in_a_cookie_that_scripts_can_read(
    page: Page, allowing: Stack, backend: httpx.Client
) -> None:
    token = make_token(backend, "m1")
    watch(page, allowing, token)
    expect(page.locator("#status")).to_have_text("idle")
    assert page.evaluate("document.cookie") == ""
    assert token not in page.evaluate("source.url")
