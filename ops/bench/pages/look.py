"""How the page arrives and stands: its first paint, its weight, its layout, and that it obeys its policy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops.bench.pages.gate import Gate
from ops.bench.pages.scene import Scene, card

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (320, 390, 768, 1440)
EVIL = "<img src=x onerror=window.hacked=1>"
SIZES = """() => [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
  .filter(({ name }) => !name.includes("/v1/"))
  .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
FOREIGN = (
    """() => performance.getEntriesByType("resource").filter(({ name }) => !name.startsWith(location.origin)).length"""
)
FIRST_CARD = """() => new Promise((resolve) => {
  const look = () => {
    if (probe.element()?.shadowRoot?.querySelector(".card")) return resolve(performance.now());
    requestAnimationFrame(look);
  };
  look();
})"""


def measure(scene: Scene) -> Iterator[Gate]:
    """The promises 17, 19, 20, 22 and 23."""
    yield from _demo(scene)
    yield from _arrival(scene)


def _demo(scene: Scene) -> Iterator[Gate]:
    """A whole session: the demo from its button to its end."""
    with scene.profile() as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("button", name="Run the demo").click()
        page.wait_for_url("**/apps/*/messages/*")
        page.locator("connection-pill", has_text="Ended").wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        yield Gate(
            17,
            "layout shift of a session",
            [page.evaluate("probe.shifts.reduce((sum, one) => sum + one, 0)")],
            "≤",
            0.05,
        )
        yield Gate(17, "widths at which it is too wide", [_overflows(page)], "=", 0)


def _overflows(page: "Page") -> int:
    count = 0
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)
        count += page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return count


def _arrival(scene: Scene) -> Iterator[Gate]:
    app = scene.app()
    scene.submit(
        app, ("os-write", {"file_path": f"{EVIL}.txt", "content": EVIL}), ("os-view", {"file_path": f"{EVIL}-no"})
    )
    with scene.profile() as context:
        page = context.new_page()
        page.goto(f"/apps/{app}/messages/m1", wait_until="commit")
        first = page.evaluate(FIRST_CARD)
        card(page, "c0", "succeeded")
        card(page, "c1", "failed")
        page.wait_for_load_state("load")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        yield Gate(19, "first paint", [paint], "≤", 1000, "ms")
        yield Gate(19, "first card", [first], "≤", 1500, "ms")
        yield Gate(20, "weight of the page, gzip", [page.evaluate(SIZES) / 1024], "≤", 90, "KB")
        yield Gate(20, "requests to others", [page.evaluate(FOREIGN)], "=", 0)
        yield Gate(22, "violations of the policy", [page.evaluate("probe.violations.length")], "=", 0)
        as_text = page.locator('.card[data-id="c0"] .title').inner_text().count(EVIL)
        ran = page.evaluate("Number(window.hacked !== undefined)")
        yield Gate(23, "markup in a title shown as text, and not run", [as_text - ran], "=", 1)
