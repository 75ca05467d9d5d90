"""The history: what ran and how it went, filtered by the address, page after page, changed in place by what happens."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ops.local.stack import Stack
from tests.wait import wait_until
from tests.web.look import live, sign_in
from tests.web.test_accessible import axe, check  # noqa: F401
from tests.web.test_controls import lines

Submit = Callable[..., None]
WRITE = ("os-write", {"file_path": "a.txt", "content": "x"})
MISSING = ("os-view", {"file_path": "missing.txt"})


def row(page: Page, message: str) -> Locator:
    return page.locator("tbody tr", has=page.locator(f'.m-title a[href$="/{message}"]'))


def rows(page: Page) -> Locator:
    return page.locator(".messages tbody tr")


def pill(page: Page) -> Locator:
    return page.locator(".new-pill")


def show(page: Page, app: str, **more: str) -> None:
    page.goto(f"/history?{httpx.QueryParams(app=app, **more)}")
    live(page)


def say(backend: httpx.Client, app: str, message: str, text: str) -> None:
    backend.post(f"/v1/apps/{app}/messages/{message}/text", json={"text": text}).raise_for_status()


def idle(backend: httpx.Client, app: str, message: str = "m1") -> None:
    assert backend.get(f"/v1/apps/{app}/messages/{message}?wait=30").json()["status"] == "idle"


def test_a_message_is_listed_with_how_it_went_and_where_to_look_into_it(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    say(backend, app, "m1", "Write a file.\nThen more.")
    submit(WRITE, MISSING, MISSING)
    idle(backend, app)
    show(page, app)
    found = row(page, "m1")
    expect(found.locator(".m-title a")).to_have_text("Write a file.")
    for cell, words in (("status", "2 failed"), ("calls", "1 of 3"), ("variant", "enhanced"), ("when", "just now")):
        expect(found.locator(f".m-{cell}")).to_contain_text(words)
    expect(found.locator(".m-took")).to_have_text(re.compile(r"^\d+(\.\d)? s$"))
    found.get_by_role("link", name="Trace of Write a file.").click()
    page.wait_for_url(f"**/apps/{app}/messages/m1/trace")
    page.go_back()
    found.click()
    page.wait_for_url(f"**/apps/{app}/messages/m1")


def test_rows_change_in_place_and_new_messages_wait_until_they_are_asked_for(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(lines(30))
    show(page, app)
    expect(row(page, "m1")).to_contain_text("Running")
    page.evaluate("document.querySelector('tbody tr').mine = true")
    for number in (2, 3):
        submit(WRITE, message=f"m{number}")
    expect(pill(page)).to_have_text("2 new")
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()
    expect(row(page, "m1")).to_contain_text("1 cancelled")
    assert page.evaluate("document.querySelector('tbody tr').mine")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("n")
    expect(rows(page)).to_have_count(3)
    expect(pill(page)).to_have_count(0)
    expect(rows(page).first).to_contain_text("m3")
    expect(row(page, "m2")).to_contain_text("Done")
    assert page.evaluate("document.querySelectorAll('tbody tr')[2].mine")


def test_what_is_shown_is_in_the_address(page: Page, backend: httpx.Client, submit: Submit, app: str) -> None:
    submit(WRITE, message="good")
    submit(MISSING, message="bad")
    idle(backend, app, "bad")
    submit(lines(30), message="long")
    show(page, app)
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Failed").click()
    expect(rows(page)).to_have_count(1)
    assert parse_qs(urlsplit(page.url).query) == {"app": [app], "status": ["failed"]}
    page.go_back()
    expect(rows(page)).to_have_count(3)
    show(page, app, status="running")
    expect(page.get_by_role("button", name="Running")).to_have_attribute("aria-pressed", "true")
    expect(rows(page)).to_have_count(1)
    backend.post(f"/v1/apps/{app}/messages/long/cancel").raise_for_status()
    expect(row(page, "long")).to_contain_text("1 cancelled")
    page.get_by_label("App").fill("no-such-app")
    page.get_by_label("App").press("Enter")
    expect(page.get_by_text("No messages")).to_be_visible()


def test_older_messages_come_page_after_page_each_once(page: Page, backend: httpx.Client, app: str) -> None:
    for number in range(55):
        say(backend, app, f"m{number}", f"Turn {number}")
    show(page, app)
    expect(rows(page)).to_have_count(50)
    say(backend, app, "later", "Later")
    expect(pill(page)).to_have_text("1 new")
    page.get_by_role("button", name="Show older").click()
    expect(rows(page)).to_have_count(55)
    expect(page.get_by_text("That is all.")).to_be_visible()
    names = rows(page).locator(".m-id").all_inner_texts()
    assert names == [f"m{number}" for number in reversed(range(55))]


def test_the_messages_of_all_apps_are_asked_for_again_and_again(page: Page, submit: Submit, app: str) -> None:
    submit(lines(1), message="first")
    page.goto("/history")
    found = page.locator("tbody tr", has_text=app)
    expect(found).to_contain_text("Running")
    expect(found).to_contain_text("Done")
    submit(WRITE, message="second")
    pill(page).click()
    expect(found).to_have_count(2)
    found.first.locator(".m-app a").click()
    expect(rows(page)).to_have_count(2)
    assert parse_qs(urlsplit(page.url).query) == {"app": [app]}


@pytest.mark.parametrize("message", [None, "m1"])
def test_who_may_see_one_app_or_one_message_sees_that(
    chromium: Browser, stack: Stack, backend: httpx.Client, submit: Submit, app: str, message: str | None
) -> None:
    submit(WRITE)
    submit(WRITE, message="m2")
    wanted = {"app_id": app, "grants": ["watch"], **({"message_id": message} if message else {})}
    token = backend.post("/v1/tokens", json=wanted).json()["token"]
    with chromium.new_context(base_url=stack.url) as elsewhere:
        page = elsewhere.new_page()
        sign_in(page, stack, token)
        page.goto("/history")
        expect(rows(page)).to_have_count(1 if message else 2)
        expect(page.get_by_label("App")).to_be_hidden()


def test_one_can_go_through_the_rows_by_keys_and_open_one(page: Page, submit: Submit, app: str) -> None:
    for message in ("m1", "m2"):
        submit(WRITE, message=message)
    show(page, app)
    expect(rows(page)).to_have_count(2)
    for key, message in (("j", "m2"), ("j", "m1"), ("k", "m2")):
        page.keyboard.press(key)
        expect(row(page, message).locator(".m-title a")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("App")).to_be_focused()
    row(page, "m1").locator(".m-title a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/m1")


def test_a_history_that_cannot_be_read_says_so_and_goes_on_when_it_can(page: Page, submit: Submit, app: str) -> None:
    submit(WRITE)
    page.route("**/messages?*", lambda route: route.abort())
    page.goto(f"/history?app={app}")
    expect(page.get_by_role("alert").filter(has_text="cannot be read")).to_be_visible()
    page.unroute("**/messages?*")
    submit(WRITE, message="m2")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_text("cannot be read")).to_have_count(0)


def test_everyone_can_use_it(
    page: Page, backend: httpx.Client, submit: Submit, app: str, request: pytest.FixtureRequest
) -> None:
    look: Callable[[Page], None] = request.getfixturevalue("check")
    page.goto(f"/history?app={app}")
    page.get_by_text("No messages").wait_for()
    look(page)
    submit(WRITE, MISSING)
    submit(lines(30), message="m2")
    expect(rows(page)).to_have_count(2)
    submit(WRITE, message="m3")
    expect(pill(page)).to_be_visible()
    look(page)
    page.set_viewport_size({"width": 390, "height": 800})
    look(page)
    backend.post(f"/v1/apps/{app}/messages/m2/cancel").raise_for_status()
    wait_until(lambda: "cancelled" in row(page, "m2").inner_text() or page.wait_for_timeout(20), "the last word")
