"""The trace of a message: where its calls' time went, and all about one of them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from ops.local.stack import Stack
from tests.wait import wait_until
from tests.web.look import sign_in
from tests.web.test_accessible import axe, check  # noqa: F401
from tests.web.test_controls import lines
from tests.web.test_history import MISSING, WRITE, idle

Submit = Callable[..., None]
EVIL = "<img src=x onerror=window.hacked=1>"
MAKE_SCALE = """async (given) => {
  const { scaleOf } = await import("/static/js/trace/scale.js");
  const calls = given.map((runs) => runs.map(([start, end]) => ({ kind: "run", start, end })));
  const scale = scaleOf(calls, 0);
  const at = given.flat(2).map((ms) => scale.at(ms));
  return { gaps: scale.gaps, at, ticks: scale.ticks(6).map(({ ms, at, isAfterGap }) => [ms, at, isAfterGap]) };
}"""


def show(page: Page, app: str, chosen: str = "") -> None:
    page.goto(f"/apps/{app}/messages/m1/trace{f'#{chosen}' if chosen else ''}")
    page.locator(".wf-row").first.wait_for()


def row(page: Page, id_: str) -> Locator:
    return page.locator(f'.wf-row[data-id="{id_}"]')


def kinds(page: Page, id_: str) -> list[str]:
    """A call's spans as they stand: `run:done` is a run that was done, `run` one that goes on."""
    spans = row(page, id_).locator(".wf-span")
    return spans.evaluate_all(
        "all => all.map(({ dataset: { kind, outcome } }) => outcome ? `${kind}:${outcome}` : kind)"
    )


def came_to(page: Page, id_: str, expected: list[str]) -> None:
    """Wait until a call has these spans."""
    wait_until(lambda: kinds(page, id_) == expected or page.wait_for_timeout(20), f"the spans {expected} of {id_}")


def tab(page: Page, name: str) -> Locator:
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


def steer(backend: httpx.Client, app: str, id_: str, control: str) -> None:
    backend.post(f"/v1/apps/{app}/messages/m1/tool-calls/{id_}/{control}").raise_for_status()


def test_long_idle_times_are_pressed_together_and_nothing_else(page: Page) -> None:
    seconds = 1000
    calls = [[[0, seconds]], [[seconds, 2 * seconds]], [[9000 * seconds, 9001 * seconds]]]
    found = page.evaluate(MAKE_SCALE, calls)
    assert found["gaps"] == [{"from": 2 * seconds, "to": 9000 * seconds}]
    at = found["at"]
    assert at == sorted(at) and at[0] == 0 and at[-1] == 1
    assert at[1] == pytest.approx(at[5] - at[4]) and at[4] - at[3] < 0.1
    assert [0, 0, False] in found["ticks"] and any(after for _, _, after in found["ticks"])
    short = page.evaluate(MAKE_SCALE, [[[0, seconds]], [[9 * seconds, 10 * seconds]]])
    assert short["gaps"] == [] and short["at"] == [0, 0.1, 0.9, 1]


def test_each_call_shows_what_it_waited_for_its_stages_its_pauses_and_its_attempts(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(
        lines(20),
        lines(0.1),
        MISSING,
        ("no-such-tool", {}),
    )
    show(page, app)
    came_to(page, "c1", ["queued", "run:done", "run"])
    steer(backend, app, "c1", "pause")
    came_to(page, "c1", ["queued", "run:done", "run:paused", "paused"])
    steer(backend, app, "c1", "resume")
    came_to(page, "c1", ["queued", "run:done", "run:paused", "paused", "run"])
    came_to(page, "c3", ["queued", "run:failed"])
    steer(backend, app, "c3", "retry")
    steer(backend, app, "c1", "cancel")
    idle(backend, app)
    runs = {
        "c1": ["queued", "run:done", "run:paused", "paused", "run:cancelled"],
        "c2": ["waiting", "queued", "run:done", "run:done", "run:done"],
        "c3": ["queued", "run:failed", "queued", "run:failed"],
        "c4": ["run:failed"],
    }
    for id_, expected in runs.items():
        came_to(page, id_, expected)
    expect(row(page, "c3").locator(".wf-tries")).to_have_text("×2")
    expect(row(page, "c3").locator("[data-attempt='2']")).to_have_count(1)
    row(page, "c3").click()
    expect(tab(page, "Attempts").locator("h3")).to_have_count(2)


def test_the_tabs_have_all_about_the_chosen_call(page: Page, backend: httpx.Client, submit: Submit, app: str) -> None:
    submit(
        ("os-write", {"file_path": "a.txt", "content": "y" * 70_000}),
        ("slow", {"file_path": "b.txt", "seconds": 0}),
        MISSING,
    )
    idle(backend, app)
    show(page, app, "c1")
    expect(row(page, "c1")).to_have_attribute("aria-current", "true")
    expect(tab(page, "Input")).to_contain_text("The first 64 KB of 68 KB.")
    link = page.get_by_role("link", name="Open full").get_attribute("href")
    assert link and backend.get(link).json()["content"] == "y" * 70_000
    expect(tab(page, "Output")).to_contain_text("Created a.txt")
    row(page, "c2").click()
    assert page.url.endswith("#c2")
    expect(tab(page, "Log").get_by_role("log")).to_contain_text("from 0")
    expect(tab(page, "Input").locator("code").first).to_have_text("b.txt")
    events = tab(page, "Events")
    expect(events.locator("summary")).to_have_count(5)
    events.locator("summary").first.click()
    expect(events.get_by_role("region").first).to_contain_text('"move": "accept"')
    row(page, "c3").click()
    expect(tab(page, "Summary")).to_contain_text("missing.txt")
    expect(page.locator(".td-figures")).to_contain_text("Ran")


def test_a_live_message_grows_and_asks_for_timelines_a_few_at_a_time(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    open_, most, asked = set[Request](), [0], list[str]()

    def begin(request: Request) -> None:
        if "/tool-calls/" in request.url and request.method == "GET":
            open_.add(request)
            asked.append(request.url)
            most[0] = max(most[0], len(open_))

    page.on("request", begin)
    page.on("requestfinished", lambda request: open_.discard(request))
    submit(lines(30), *(("os-write", {"file_path": f"{n}.txt", "content": "x"}) for n in range(9)))
    show(page, app)
    expect(row(page, "c10")).to_have_attribute("data-state", "succeeded")
    expect(page.locator(".wf-now")).to_be_visible()
    width = "document.querySelector('.wf-row[data-id=c1] .wf-span:last-child').getBoundingClientRect().width"
    came_to(page, "c1", ["queued", "run:done", "run"])
    before = page.evaluate(width)
    wait_until(lambda: page.evaluate(width) > before + 5 or page.wait_for_timeout(20), "the running span to grow")
    versions = sum(call["version"] for call in backend.get(f"/v1/apps/{app}/messages/m1").json()["tool_calls"])
    assert most[0] <= 3 and len(asked) <= versions + 5
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    cancel.click()
    page.get_by_role("button", name="Keep running").click()
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel all").click()
    expect(row(page, "c1")).to_have_attribute("data-state", "cancelled")
    expect(page.locator(".wf-now")).to_be_hidden()
    expect(cancel).to_be_hidden()
    expect(page.locator("connection-pill")).to_contain_text("Ended")


def test_calls_are_chosen_and_the_panels_are_sized_by_keys(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(WRITE, ("os-write", {"file_path": "b.txt", "content": "x"}), MISSING)
    idle(backend, app)
    show(page, app)
    expect(row(page, "c3")).to_have_attribute("aria-current", "true")
    for key, expected in (("k", "c2"), ("ArrowUp", "c1"), ("ArrowDown", "c2"), ("j", "c3"), ("j", "c3")):
        page.keyboard.press(key)
        expect(row(page, expected)).to_be_focused()
        expect(row(page, expected)).to_have_attribute("aria-current", "true")
    divider = page.get_by_role("separator")
    divider.focus()
    before = int(divider.get_attribute("aria-valuenow") or 0)
    page.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", str(before - 2))
    page.reload()
    expect(page.get_by_role("separator")).to_have_attribute("aria-valuenow", str(before - 2))
    expect(row(page, "c3")).to_have_attribute("aria-current", "true")


def test_the_link_to_what_is_shown_can_be_copied(page: Page, backend: httpx.Client, submit: Submit, app: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    submit(WRITE)
    show(page, app)
    row(page, "c1").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert page.url.endswith(f"/apps/{app}/messages/m1/trace#c1")


def test_who_may_only_watch_cannot_cancel(
    chromium: Browser, stack: Stack, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(lines(30))
    wanted = {"app_id": app, "message_id": "m1", "grants": ["watch"]}
    token = backend.post("/v1/tokens", json=wanted).json()["token"]
    with chromium.new_context(base_url=stack.url) as elsewhere:
        page = elsewhere.new_page()
        sign_in(page, stack, token)
        show(page, app)
        expect(row(page, "c1")).to_have_attribute("data-state", "running")
        expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_hidden()
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_what_comes_from_outside_is_text_in_every_tab(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    backend.post(f"/v1/apps/{app}/messages/m1/text", json={"text": EVIL}).raise_for_status()
    submit(
        ("os-write", {"file_path": f"{EVIL}.txt", "content": EVIL}),
        ("os-view", {"file_path": f"{EVIL}-no.txt"}),
        (EVIL, {EVIL: EVIL}),
    )
    idle(backend, app)
    show(page, app)
    expect(page.locator("h1")).to_have_text(EVIL)
    for id_ in ("c1", "c2", "c3"):
        row(page, id_).click()
        for name in ("Summary", "Input", "Output", "Log", "Events", "Attempts"):
            expect(tab(page, name)).to_be_visible()
            assert page.locator("main img").count() == 0
    page.goto(f"/history?app={app}")
    expect(page.get_by_role("link", name=EVIL, exact=True)).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_everyone_can_use_it(
    page: Page, backend: httpx.Client, submit: Submit, app: str, request: pytest.FixtureRequest
) -> None:
    look: Callable[[Page], None] = request.getfixturevalue("check")
    page.goto(f"/apps/{app}/messages/m1/trace")
    page.get_by_text("Nothing has been submitted yet").wait_for()
    look(page)
    submit(lines(30), lines(0.1), MISSING)
    expect(row(page, "c3")).to_have_attribute("data-state", "failed")
    steps: list[Any] = ["Summary", "Input", "Output", "Log", "Events", "Attempts"]
    for name in steps:
        tab(page, name)
        page.emulate_media(color_scheme="light")
        look(page)
    assert page.evaluate("document.getAnimations().length") == 0
    page.set_viewport_size({"width": 390, "height": 800})
    look(page)
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()
