"""Everyone can use the pages: axe finds nothing in any state, motion stops where it is unwanted, and what happens is told."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ops.local.stack import Stack
from tests.clients.packages import node_modules
from tests.wait import wait_until
from tests.web.look import card, sign_in, state, watch
from tests.web.test_controls import lines

Submit = Callable[..., None]

RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags });
  const said = (node) => `${node.target} ${node.failureSummary}`;
  return found.violations.map((one) => `${one.id}: ${one.nodes.map(said).join("; ")}`);
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    path: Path = node_modules(Path(__file__).parent) / "axe-core" / "axe.min.js"
    return path.read_text()


@pytest.fixture
def check(axe: str) -> Callable[[Page], None]:
    """Holds a page, as it stands, to axe's rules in both themes."""

    def check(page: Page) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(axe)
            assert page.evaluate(RUN_AXE) == [], scheme

    return check


def test_signing_in_and_the_start_page(
    chromium: Browser, stack: Stack, check: Callable[[Page], None], submit: Submit
) -> None:
    with chromium.new_context(base_url=stack.url) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Key or token").wait_for()
        check(page)
        submit(("os-write", {"file_path": "a.txt", "content": "x"}))
        sign_in(page, stack)
        page.get_by_role("heading", name="Recent").wait_for()
        check(page)


def test_the_stream_page_in_every_state(
    page: Page, stack: Stack, backend: httpx.Client, submit: Submit, app: str, check: Callable[[Page], None]
) -> None:
    page.goto(f"/apps/{app}/messages/m1")
    page.get_by_text("Nothing has been submitted yet").wait_for()
    check(page)
    submit(
        lines(60),
        lines(0.1),
        lines(60, path="b.txt"),
        lines(60, path="c.txt"),
        ("os-view", {"file_path": "missing.txt"}),
        ("no-such-tool", {}),
        ("os-write", {"file_path": "d.txt", "content": "x"}),
    )
    for id_, expected in (
        ("c1", "running"),
        ("c2", "waiting"),
        ("c5", "failed"),
        ("c6", "failed"),
        ("c7", "succeeded"),
    ):
        state(page, id_, expected)
    for id_, control, expected in (("c3", "pause", "paused"), ("c4", "cancel", "cancelled")):
        backend.post(f"/v1/apps/{app}/messages/m1/tool-calls/{id_}/{control}").raise_for_status()
        state(page, id_, expected)
    card(page, "c5").get_by_role("button", name="Details").click()
    card(page, "c7").get_by_role("button", name="Details").click()
    check(page)
    page.get_by_role("button", name="Cancel all").click()
    check(page)
    page.get_by_role("button", name="Keep running").click()
    page.get_by_role("button", name="Keys").click()
    check(page)
    page.get_by_role("button", name="Close").click()
    page.get_by_label("Density").select_option("compact")
    stack.hold("gateway")
    page.locator(".banner").wait_for()
    check(page)
    stack.release("gateway")
    stack.wait_until_ready()
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()
    expect(page.locator("connection-pill")).to_contain_text("Ended", timeout=30_000)
    check(page)


def test_nothing_moves_by_itself_where_motion_is_unwanted(
    chromium: Browser, stack: Stack, backend: httpx.Client, submit: Submit, app: str
) -> None:
    with chromium.new_context(base_url=stack.url, reduced_motion="reduce") as context:
        page = context.new_page()
        sign_in(page, stack)
        submit(*(lines(30, path=f"{number}.txt") for number in range(3)))
        watch(page, app)
        state(page, "c1", "running")
        backend.post(f"/v1/apps/{app}/messages/m1/tool-calls/c1/cancel").raise_for_status()
        state(page, "c1", "cancelled")
        assert page.evaluate("document.getAnimations().length") == 0
        backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()


def test_every_failure_is_told_once_and_there_are_two_seconds_between_two_words(
    page: Page, submit: Submit, app: str
) -> None:
    watch(page, app)
    page.evaluate("""() => {
      window.told = [];
      const region = document.querySelector("toolreel-message").shadowRoot.querySelector("[role=status]");
      const note = () => window.told.push([region.textContent, performance.now()]);
      new MutationObserver(note).observe(region, { childList: true });
    }""")
    submit(*(("os-view", {"file_path": f"{number}.txt"}) for number in range(4)))
    state(page, "c4", "failed")
    wait_until(lambda: page.evaluate("window.told.length"), "the first word")
    submit(("os-view", {"file_path": "late.txt"}), first=9)
    wait_until(lambda: "late.txt" in str(page.evaluate("window.told")), "the last failure to be told")
    told: list[Any] = page.evaluate("window.told")
    words = " ".join(re.sub(r"Started: .*?(?=Failed|$)", "", text) for text, _ in told)
    for name in ("0.txt", "1.txt", "2.txt", "3.txt", "late.txt"):
        assert words.count(f"View {name}") == 1, told
    times = [at for _, at in told]
    assert all(later - earlier >= 1900 for earlier, later in pairwise(times))


def test_a_bar_tells_its_stage_and_its_percentage(page: Page, backend: httpx.Client, submit: Submit, app: str) -> None:
    submit(lines(30))
    watch(page, app)
    bar = card(page, "c1").get_by_role("progressbar", name="Add a line to a.txt")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^\d+$"))
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^\d+ %, working$"))
    expect(bar).to_have_attribute("aria-valuemax", "100")
    backend.post(f"/v1/apps/{app}/messages/m1/cancel").raise_for_status()
