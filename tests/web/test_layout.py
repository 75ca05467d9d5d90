"""The pages fit: no width needs a scroll bar to the side, and many calls stand more densely than few."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.wait import wait_until
from tests.web.look import card, group, state, watch
from tests.web.test_controls import lines

Submit = Callable[..., None]

WIDTHS = (320, 390, 768, 1440)
LONG = "a/very/long/path/that/has/no/end/" * 4 + "and-a-name-without-any-space-in-it.txt"


@pytest.fixture
def shown(backend: httpx.Client, submit: Submit, app: str) -> None:
    """A message with long names in all groups."""
    words = "Averylongwordwithoutanyspaceatall" * 6
    backend.post(f"/v1/apps/{app}/messages/m1/text", json={"text": words}).raise_for_status()
    submit(
        lines(60, path=LONG),
        lines(0.1, path=LONG),
        ("os-view", {"file_path": LONG[1:]}),
        ("os-view", {"file_path": "b"}),
    )


@pytest.mark.parametrize("path", ["/", "/apps/{app}/messages/m1"])
@pytest.mark.usefixtures("shown")
def test_no_page_is_wider_than_its_window(page: Page, backend: httpx.Client, app: str, path: str) -> None:
    page.goto(path.format(app=app))
    page.locator("main > *").first.wait_for()
    if path.endswith("m1"):
        state(page, "c3", "failed")
        card(page, "c3").get_by_role("button", name="Details").click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wait_until(
            lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"no overflow at {width}", 2
        )
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_many_running_calls_stand_densely_and_very_many_by_tool(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    """The states are the page's own business; so they are given to it, as if the stream had."""
    submit(lines(60))
    watch(page, app)
    state(page, "c1", "running")
    expect(card(page, "c1")).to_have_attribute("data-form", "comfortable")
    give = """(count) => {
      const { source } = document.querySelector("toolreel-message");
      const [call] = source.calls;
      for (let n = 2; n <= count; n++) source.store.take({ ...call, id: `c${n}`, index: n - 1, name: n % 2 ? "one" : "two" });
      source.dispatchEvent(new CustomEvent("change", { detail: { ids: [...source.store.calls.keys()], all: false } }));
    }"""
    page.evaluate(give, 10)
    expect(card(page, "c10")).to_have_attribute("data-form", "compact")
    page.evaluate(give, 30)
    expect(group(page, "running").locator(".roll-head:visible")).to_have_count(3)
    page.get_by_label("Density").select_option("comfortable")
    expect(card(page, "c10")).to_have_attribute("data-form", "comfortable")
    expect(group(page, "running").locator(".roll-head:visible")).to_have_count(0)
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_on_a_phone_the_panes_are_tabs_and_the_controls_are_at_the_bottom(
    page: Page, backend: httpx.Client, submit: Submit, app: str
) -> None:
    submit(lines(60))
    page.set_viewport_size({"width": 390, "height": 800})
    watch(page, app)
    state(page, "c1", "running")
    box = page.get_by_role("button", name="Pause all").bounding_box()
    assert box and box["y"] > 700
    page.get_by_role("tab", name="Files").click()
    expect(page.get_by_text("No files yet")).to_be_visible()
    expect(card(page, "c1")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(card(page, "c1")).to_be_visible()
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_many_equal_failures_are_one_and_are_tried_again_with_one_button(page: Page, submit: Submit, app: str) -> None:
    submit(*(("os-view", {"file_path": f"missing-{number}.txt"}) for number in range(5)))
    watch(page, app)
    failures = group(page, "attention").get_by_role("button", name="5 calls failed: There is no such file")
    expect(card(page, "c1")).to_be_hidden()
    failures.click()
    expect(card(page, "c1")).to_be_visible()
    page.get_by_role("button", name="Retry all").click()
    for number in range(1, 6):
        card(page, f"c{number}").get_by_role("button", name="Details").click()
        expect(card(page, f"c{number}").locator("dl")).to_contain_text("Attempt2")
