"""Pause, resume, cancel and retry: by mouse, by keyboard alone, when they fail, and with two people at it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from ops.local.stack import Stack
from tests.wait import wait_until
from tests.web.look import RECORD_STATES, card, group, press, sign_in, state, states_of, watch

Submit = Callable[..., None]


def lines(seconds: float, manner: str = "polite", path: str = "a.txt") -> tuple[str, dict[str, Any]]:
    return "append-line", {"file_path": path, "line": "x", "seconds": seconds, "manner": manner}


def test_a_call_is_paused_resumed_cancelled_and_run_again_by_mouse(page: Page, submit: Submit, app: str) -> None:
    submit(lines(30))
    watch(page, app)
    state(page, "c1", "running")
    press(page, "c1", "Pause")
    state(page, "c1", "paused")
    press(page, "c1", "Resume")
    state(page, "c1", "running")
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")
    expect(group(page, "done").locator(".card")).to_have_count(1)
    press(page, "c1", "Run again")
    state(page, "c1", "running")
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")


def test_a_call_is_paused_resumed_cancelled_and_run_again_by_keyboard_alone(
    page: Page, submit: Submit, app: str
) -> None:
    submit(lines(30), ("os-write", {"file_path": "b.txt", "content": "x"}))
    watch(page, app)
    state(page, "c1", "running")
    state(page, "c2", "succeeded")
    page.keyboard.press("j")
    for key, expected in (("p", "paused"), ("p", "running"), ("x", "cancelled")):
        page.keyboard.press(key)
        state(page, "c1", expected)
        assert page.evaluate("document.activeElement !== document.body")
    expect(card(page, "c2")).to_be_focused()
    expect(group(page, "done").locator(".card")).to_have_count(2)
    page.keyboard.press("k")
    expect(card(page, "c1")).to_be_focused()
    page.keyboard.press("r")
    state(page, "c1", "running")
    page.keyboard.press("Shift+P")
    state(page, "c1", "paused")
    page.keyboard.press("Shift+P")
    state(page, "c1", "running")
    page.keyboard.press("x")
    state(page, "c1", "cancelled")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")


def test_everything_can_be_reached_by_tab(page: Page, submit: Submit, app: str) -> None:
    submit(lines(30))
    watch(page, app)
    state(page, "c1", "running")
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("(document.activeElement.shadowRoot?.activeElement ?? document.activeElement).ariaLabel")
        )
    assert {"Pause Add a line to a.txt", "Cancel Add a line to a.txt", "Details"} <= reached
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")


def test_keys_can_be_switched_off_and_are_off_while_someone_types(page: Page, submit: Submit, app: str) -> None:
    submit(lines(30))
    watch(page, app)
    state(page, "c1", "running")
    page.keyboard.press("/")
    page.keyboard.type("xp")
    expect(page.get_by_label("Filter the calls")).to_have_value("xp")
    expect(card(page, "c1")).to_be_hidden()
    page.get_by_label("Filter the calls").fill("a.txt")
    expect(card(page, "c1")).to_be_visible()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    card(page, "c1").focus()
    page.keyboard.press("x")
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Hold")).to_have_attribute("aria-pressed", "false")
    state(page, "c1", "running")
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")


def test_a_tool_that_cannot_stop_is_pausing_until_its_worker_says_paused(
    page: Page, submit: Submit, backend: httpx.Client, app: str
) -> None:
    submit(lines(2.5, "asleep"))
    watch(page, app)
    expect(card(page, "c1")).to_contain_text("Working")
    page.evaluate(RECORD_STATES)
    press(page, "c1", "Pause")
    expect(card(page, "c1")).to_contain_text("Pausing…")
    while backend.get(f"/v1/apps/{app}/messages/m1/tool-calls/c1").json()["status"] == "pausing":
        assert "paused" not in states_of(page, "c1")
    state(page, "c1", "paused")
    assert states_of(page, "c1") == ["running", "pausing", "paused"]
    press(page, "c1", "Resume")
    state(page, "c1", "succeeded")


def test_a_call_that_has_not_started_can_be_paused_and_cancelled(page: Page, submit: Submit, app: str) -> None:
    submit(lines(30), lines(0.1))
    watch(page, app)
    state(page, "c2", "waiting")
    expect(card(page, "c2")).to_contain_text("for “Add a line to a.txt”")
    press(page, "c2", "Pause")
    state(page, "c2", "paused")
    press(page, "c2", "Cancel")
    state(page, "c2", "cancelled")
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")


@pytest.mark.parametrize("how", ["refused", "unreachable"])
def test_a_control_that_fails_says_so_and_the_card_shows_what_is_true(
    page: Page, submit: Submit, app: str, how: str
) -> None:
    submit(lines(30))
    watch(page, app)
    state(page, "c1", "running")

    def refuse(route: Route) -> None:
        if how == "unreachable":
            route.abort()
        else:
            route.fulfill(status=500, content_type="application/problem+json", body='{"detail": "Out of order"}')

    page.route("**/pause", refuse)
    press(page, "c1", "Pause")
    words = {"refused": "Out of order", "unreachable": "Toolreel did not answer"}[how]
    expect(card(page, "c1")).to_contain_text(
        f"Could not pause Add a line to a.txt: {words}. Try again.", timeout=10_000
    )
    state(page, "c1", "running")
    page.unroute("**/pause")
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")


def test_all_calls_are_paused_resumed_and_after_a_question_cancelled(page: Page, submit: Submit, app: str) -> None:
    submit(lines(30, path="a.txt"), lines(30, path="b.txt"), lines(30, path="a.txt"))
    watch(page, app)
    for id_ in ("c1", "c2"):
        state(page, id_, "running")
    page.get_by_role("button", name="Pause all").click()
    for id_ in ("c1", "c2", "c3"):
        state(page, id_, "paused")
    expect(page.locator(".summary")).to_contain_text("3 paused")
    page.get_by_role("button", name="Resume all").click()
    state(page, "c1", "running")
    page.get_by_role("button", name="Cancel all").click()
    page.get_by_role("button", name="Keep running").click()
    state(page, "c1", "running")
    page.get_by_role("button", name="Cancel all").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel all").click()
    for id_ in ("c1", "c2", "c3"):
        state(page, id_, "cancelled")


def test_two_people_see_what_the_other_one_does_and_a_late_control_is_no_error(
    page: Page, chromium: Browser, stack: Stack, submit: Submit, app: str
) -> None:
    submit(lines(30))
    watch(page, app)
    with chromium.new_context(base_url=stack.url) as elsewhere:
        other = elsewhere.new_page()
        sign_in(other, stack)
        watch(other, app)
        press(other, "c1", "Pause")
        state(page, "c1", "paused")
        held = []
        page.route("**/resume", lambda route: held.append(route))
        press(page, "c1", "Resume")
        wait_until(lambda: held or page.wait_for_timeout(10), "the control to be on its way")
        press(other, "c1", "Cancel")
        state(page, "c1", "cancelled")
        held[0].continue_()
        state(other, "c1", "cancelled")
        expect(card(page, "c1")).not_to_contain_text("Could not")


def test_who_may_only_watch_has_no_controls(
    chromium: Browser, stack: Stack, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(lines(30))
    wanted = {"app_id": app, "message_id": "m1", "grants": ["watch"]}
    token = backend.post("/v1/tokens", json=wanted).json()["token"]
    with chromium.new_context(base_url=stack.url) as elsewhere:
        page = elsewhere.new_page()
        sign_in(page, stack, token)
        expect(page.get_by_role("link", name="1 call")).to_have_count(1)
        watch(page, app)
        state(page, "c1", "running")
        expect(card(page, "c1").get_by_role("button")).to_have_count(1)
        expect(page.get_by_role("button", name="Pause all")).to_be_hidden()
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_a_held_picture_stands_still_and_then_shows_all_that_came(page: Page, submit: Submit, app: str) -> None:
    submit(lines(30))
    watch(page, app)
    state(page, "c1", "running")
    page.keyboard.press("h")
    expect(page.locator("connection-pill")).to_contain_text("Held")
    submit(("os-write", {"file_path": "b.txt", "content": "x"}), first=2)
    expect(page.locator("connection-pill")).to_contain_text("2 changes")
    expect(page.locator(".card")).to_have_count(1)
    page.keyboard.press("h")
    state(page, "c2", "succeeded")
    press(page, "c1", "Cancel")
    state(page, "c1", "cancelled")
