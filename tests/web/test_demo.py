"""From the link that `ops up` prints to a small web app that was built before one's eyes."""

from playwright.sync_api import BrowserContext, Page, expect

from ops.local.stack import Stack
from tests.web.look import card, group, live, sign_in, state


def test_the_link_signs_in_and_its_key_reaches_no_server(context: BrowserContext, stack: Stack) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, stack)
    assert page.url == f"{stack.url}/"
    assert asked and all(stack.key not in url for url in asked)
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert stack.key not in page.evaluate(
        "JSON.stringify([localStorage, sessionStorage, document.cookie, history.state])"
    )


def test_who_has_no_session_is_asked_for_a_key_and_told_when_it_is_wrong(context: BrowserContext, stack: Stack) -> None:
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Key or token").fill("tr_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    page.get_by_label("Key or token").fill(stack.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Run the demo")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Key or token")).to_be_visible()


def test_who_has_nothing_yet_is_shown_how_to_begin(page: Page) -> None:
    page.route("**/v1/messages?*", lambda route: route.fulfill(json={"messages": [], "next": None}))
    page.goto("/")
    expect(page.get_by_role("heading", name="Nothing has run yet")).to_be_visible()
    expect(page.get_by_role("region", name="A request to copy")).to_contain_text("  http://127.0.0.1")
    expect(page.get_by_role("button", name="Run the demo")).to_have_attribute("data-kind", "primary")


def test_one_button_plays_the_demo_and_everything_of_it_can_be_seen(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Run the demo").click()
    page.wait_for_url("**/apps/*/messages/*")
    live(page)
    expect(page.locator("h1")).to_have_text("I'll build Windowsill")
    expect(page.locator("connection-pill")).to_contain_text("Ended", timeout=60_000)
    expect(page.locator(".summary")).to_contain_text("22 of 23 calls done · 1 needs you")
    state(page, "toolu_w17", "failed")
    expect(group(page, "attention").locator(".card")).to_have_count(1)
    expect(card(page, "toolu_w17")).to_contain_text("It changed no file")
    expect(page).to_have_title("(1) I'll build Windowsill · Toolreel")
    expect(group(page, "done").locator(".card:visible")).to_have_count(5)
    group(page, "done").get_by_role("button", name="Show all 22").click()
    expect(group(page, "done").locator(".card:visible")).to_have_count(22)
    card(page, "call_w02").get_by_role("button", name="Details").click()
    expect(card(page, "call_w02").get_by_role("region", name="Result")).to_be_visible()
    page.get_by_role("button", name="README.md").click()
    expect(page.get_by_role("region", name="Content of README.md")).to_contain_text("Windowsill")
    origins = {url.partition("/apps")[0].partition("/static")[0].partition("/v1")[0] for url in asked}
    assert origins == {page.url.partition("/apps")[0]}


def test_a_message_that_has_ended_looks_the_same_to_who_comes_later(page: Page, submit: object, app: str) -> None:
    assert callable(submit)
    submit(("os-write", {"file_path": "a.txt", "content": "x"}), ("os-view", {"file_path": "missing.txt"}))
    page.goto(f"/apps/{app}/messages/m1")
    state(page, "c1", "succeeded")
    state(page, "c2", "failed")
    page.reload()
    state(page, "c1", "succeeded")
    expect(group(page, "done").locator(".card")).to_have_count(1)
    expect(group(page, "attention").locator(".card")).to_have_count(1)


def test_a_message_without_calls_says_so_and_shows_the_first_one_when_it_comes(
    page: Page, submit: object, app: str
) -> None:
    assert callable(submit)
    page.goto(f"/apps/{app}/messages/m1")
    expect(page.get_by_text("Nothing has been submitted yet")).to_be_visible()
    submit(("os-write", {"file_path": "a.txt", "content": "x"}))
    state(page, "c1", "succeeded")
    expect(page.get_by_text("Nothing has been submitted yet")).to_be_hidden()
