"""The gateway dies and comes back, some times: when the page says so, when it is live again, and what it lost."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ops.bench.pages.gate import Gate
from ops.bench.pages.scene import Scene, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

CARDS = 12
EACH_SECOND = 60
ROUNDS = 3
OUTAGE_SECONDS = 2.5  # and then as long as a gateway takes to start
SETTLE_MS = 1500
BANNER_MS = 1500
SHIFTS = "probe.shifts.reduce((sum, one) => sum + one, 0)"
VERSIONS = "Object.fromEntries(probe.element().board.cards.map(({ call }) => [call.id, call.version]))"


def measure(scene: Scene) -> Iterator[Gate]:
    """The promise 9."""
    app = scene.app()
    with scene.feed(app, CARDS, EACH_SECOND) as feed, scene.watching(app) as page:
        page.locator(".card").nth(CARDS - 1).wait_for()
        page.wait_for_timeout(SETTLE_MS)
        page.evaluate("probe.count()")
        shifted = page.evaluate(SHIFTS)
        outages = [_outage(scene, page) for _ in range(1 if scene.quick else ROUNDS)]
        feed.ask({"end": 1})
        versions = feed.answer(10)
        until(lambda: page.evaluate(VERSIONS) == versions, "the last word on every call")
        yield Gate(9, "banner, off from 1.5 s after the loss", [off for off, _ in outages], "≤", 200, "ms")
        yield Gate(9, "live again after the gateway is", [late for _, late in outages], "≤", 3000, "ms")
        yield Gate(9, "cards made anew", [page.evaluate("probe.made")], "=", 0)
        yield Gate(9, "cards doubled or lost", [abs(page.locator(".card").count() - CARDS)], "=", 0)
        yield Gate(9, "layout shift by it", [page.evaluate(SHIFTS) - shifted], "≤", 0.001)


def _outage(scene: Scene, page: "Page") -> tuple[float, float]:
    """How far off the banner came, and how long after the gateway the page was live again; in milliseconds."""
    page.evaluate("probe.connection()")
    scene.stack.hold("gateway")
    page.wait_for_timeout(OUTAGE_SECONDS * 1000)
    scene.stack.release("gateway")
    scene.stack.wait_until_ready()
    back = time.time() * 1000
    page.locator("connection-pill[data-status=live]").wait_for(timeout=20_000)
    told: list[Any] = page.evaluate("probe.told")
    lost = next(at for status, _, at in told if status == "reconnecting")
    banner = next(at for _, visible, at in told if visible)
    live = next(at for status, _, at in told if status == "live" and at > lost)
    page.wait_for_timeout(SETTLE_MS)
    return abs(banner - lost - BANNER_MS), max(0.0, live - back)
