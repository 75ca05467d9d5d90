"""The page loses its gateway, its events, its session, and its patience with none of them."""

from collections.abc import Callable

import httpx
import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ops.local.stack import Stack
from tests.wait import wait_until
from tests.web.look import card, live, press, sign_in, state, watch
from tests.web.test_controls import lines

Submit = Callable[..., None]

COUNT_MADE = """() => {
  window.made = 0;
  const root = document.querySelector("toolreel-message").shadowRoot;
  const isCard = (node) => node.nodeType === 1 && node.matches(".card") && !window.cards.has(node);
  window.cards = new Set(root.querySelectorAll(".card"));
  new MutationObserver((changes) => {
    for (const one of changes) for (const node of one.addedNodes) if (isCard(node)) window.cards.add(node), window.made++;
  }).observe(root, { subtree: true, childList: true });
}"""


def test_a_gateway_that_was_killed_and_came_back_costs_the_page_nothing(
    page: Page, stack: Stack, submit: Submit, app: str
) -> None:
    submit(lines(20), lines(20, path="b.txt"))
    watch(page, app)
    state(page, "c1", "running")
    page.evaluate(COUNT_MADE)
    page.evaluate("scrollTo(0, 40)")
    stack.hold("gateway")
    expect(page.locator("connection-pill")).to_have_text("Reconnecting…")
    expect(page.get_by_role("alert")).to_contain_text("Connection lost. Your tools keep running")
    stack.release("gateway")
    stack.wait_until_ready()
    page.get_by_role("button", name="Reconnect now").click()
    live(page)
    expect(page.locator(".banner")).to_be_hidden()
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")
    press(page, "c2", "Cancel")
    state(page, "c2", "cancelled")
    assert page.evaluate("window.made") == 0
    expect(page.locator(".card")).to_have_count(2)


def test_events_that_were_lost_with_redis_are_made_up_for(page: Page, stack: Stack, submit: Submit, app: str) -> None:
    submit(lines(60))
    watch(page, app)
    state(page, "c1", "running")
    page.evaluate(COUNT_MADE)
    with redis.Redis.from_url(stack.redis_url) as client:
        client.flushall()
    submit(("os-write", {"file_path": "after.txt", "content": "x"}), first=2)
    state(page, "c2", "succeeded", 40)
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled", 40)
    assert page.evaluate("window.made") == 1


def test_when_a_token_ends_the_page_asks_for_another_and_goes_on(
    chromium: Browser, stack: Stack, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(lines(30))
    wanted = {"app_id": app, "grants": ["watch", "control"], "ttl_seconds": 3}
    token = backend.post("/v1/tokens", json=wanted).json()["token"]
    with chromium.new_context(base_url=stack.url) as elsewhere:
        page = elsewhere.new_page()
        sign_in(page, stack, token)
        watch(page, app)
        state(page, "c1", "running")
        page.get_by_label("Key or token").wait_for()
        backend.post(f"/v1/apps/{app}/messages/m1/tool-calls/c1/cancel").raise_for_status()
        page.get_by_label("Key or token").fill(stack.key)
        page.get_by_role("button", name="Sign in").click()
        live(page)
        state(page, "c1", "cancelled")


def test_ten_tabs_share_one_stream_and_a_control_of_the_tenth_is_seen_in_all(
    context: BrowserContext, page: Page, submit: Submit, app: str
) -> None:
    submit(lines(60))
    tabs = [page, *(context.new_page() for _ in range(9))]
    for tab in tabs:
        watch(tab, app)
        state(tab, "c1", "running")
    press(tabs[-1], "c1", "Pause")
    for tab in tabs:
        state(tab, "c1", "paused")
    press(tabs[0], "c1", "Cancel")
    for tab in tabs:
        state(tab, "c1", "cancelled")


def test_without_a_shared_worker_a_page_has_a_stream_of_its_own_and_gives_it_up_while_it_is_hidden(
    context: BrowserContext, stack: Stack, submit: Submit, app: str
) -> None:
    context.add_init_script("delete window.SharedWorker")
    page = context.new_page()
    sign_in(page, stack)
    submit(lines(30))
    watch(page, app)
    state(page, "c1", "running")
    hide = "value => { Object.defineProperty(document, 'visibilityState', { value, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, "hidden")
    expect(page.locator("connection-pill")).to_have_attribute("data-status", "idle")
    page.evaluate(hide, "visible")
    live(page)
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")


def test_a_page_that_is_closed_leaves_its_stream(
    context: BrowserContext, page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    def streams() -> float:
        figures = backend.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in figures if line.startswith("toolreel_streams"))

    submit(lines(30))
    before = streams()
    watch(page, app)
    assert streams() == before + 1
    page.close()
    wait_until(lambda: streams() == before, "the stream to end")
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_what_ended_while_nobody_looked_is_marked(page: Page, backend: httpx.Client, submit: Submit, app: str) -> None:
    submit(lines(60))
    watch(page, app)
    state(page, "c1", "running")
    page.goto("/")
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()
    backend.get(f"/v1/apps/{app}/messages/m1?wait=20")
    watch(page, app)
    page.get_by_role("button", name="1 finished while you were away").click()
    expect(card(page, "c1")).not_to_have_attribute("data-unseen", "")


@pytest.mark.parametrize("worker", [True, False])
def test_a_page_that_gives_tokens_is_asked_for_another_when_one_ends_and_misses_nothing(
    page: Page, backend: httpx.Client, submit: Submit, app: str, worker: bool
) -> None:
    made: list[bool] = []

    def make(refused: bool) -> str:
        made.append(refused)
        wanted = {"app_id": app, "message_id": "m1", "grants": ["watch", "control"], "ttl_seconds": 2}
        return str(backend.post("/v1/tokens", json=wanted).json()["token"])

    submit(lines(60))
    page.context.clear_cookies()
    page.expose_function("makeToken", make)
    page.evaluate(
        """async ([app, worker]) => {
          const { connect } = await import("/static/toolreel.js");
          window.watched = connect({ app, message: "m1", worker, token: (refused) => window.makeToken(refused) });
        }""",
        [app, worker],
    )
    status = "watched.store.calls.get('c1')?.status"
    wait_until(lambda: page.evaluate(status) == "running", "the call to run")
    wait_until(lambda: made.count(True) >= 2 or page.wait_for_timeout(50), "two tokens to end", 20)
    assert page.evaluate("watched.cancel('c1').then(([call]) => call.id)") == "c1"
    wait_until(lambda: page.evaluate(status) == "cancelled", "the end to be heard of")
    assert page.evaluate("watched.connection") in ("live", "reconnecting")
