"""The gateway dies and comes back: when the page says so, when it is live again, and what it lost."""

import time
from collections.abc import Iterator
from typing import Any

from ops.bench.pages.gate import Gate
from ops.bench.pages.scene import Scene, until

CARDS = 12
SHIFTS = "probe.shifts.reduce((sum, one) => sum + one, 0)"
EACH_SECOND = 60
OUTAGE_SECONDS = 2.5  # and then as long as a gateway takes to start


def measure(scene: Scene) -> Iterator[Gate]:
    """The promise 9."""
    app = scene.app()
    with scene.feed(app, CARDS, EACH_SECOND) as feed, scene.watching(app) as page:
        page.locator(".card").nth(CARDS - 1).wait_for()
        page.evaluate("probe.count(); probe.connection()")
        shifted = page.evaluate(SHIFTS)
        scene.stack.hold("gateway")
        page.wait_for_timeout(OUTAGE_SECONDS * 1000)
        scene.stack.release("gateway")
        scene.stack.wait_until_ready()
        back = time.time() * 1000
        page.locator("connection-pill[data-status=live]").wait_for(timeout=20_000)
        feed.ask({"end": 1})
        versions = feed.answer(10)
        shown = "Object.fromEntries(probe.element().board.cards.map(({ call }) => [call.id, call.version]))"
        until(lambda: page.evaluate(shown) == versions, "the last word on every call")
        told: list[Any] = page.evaluate("probe.told")
        yield from _times(told, back)
        yield Gate(9, "cards made anew", [page.evaluate("probe.made")], "=", 0)
        yield Gate(9, "cards doubled or lost", [abs(page.locator(".card").count() - CARDS)], "=", 0)
        yield Gate(9, "layout shift by it", [page.evaluate(SHIFTS) - shifted], "≤", 0.001)


def _times(told: list[Any], back: float) -> Iterator[Gate]:
    lost = next(at for status, _, at in told if status == "reconnecting")
    banner = next(at for _, visible, at in told if visible)
    live = next(at for status, _, at in told if status == "live" and at > lost)
    off = abs(banner - lost - 1500)
    yield Gate(9, "banner, off from 1.5 s after the loss", [off], "≤", 200, "ms")
    yield Gate(9, "live again after the gateway is", [max(0.0, live - back)], "≤", 3000, "ms")
