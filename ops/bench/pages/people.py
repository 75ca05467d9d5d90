"""People at it: ten tabs, the keyboard alone, without motion, and by ear."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from ops.bench.pages.gate import Gate
from ops.bench.pages.scene import Scene, card, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

TABS = 10
CALL = ("turn-over", {"seconds": 300})
MISSING = 4
CONTROL = "performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/pause')).duration"
FLOW = (("p", "paused"), ("p", "running"), ("x", "cancelled"), ("r", "running"))


def measure(scene: Scene) -> Iterator[Gate]:
    """The promises 13, 15, 16 and 18."""
    yield from _tabs(scene)
    yield from _keyboard(scene)
    yield from _still(scene)
    yield from _heard(scene)


def _tabs(scene: Scene) -> Iterator[Gate]:
    app = scene.app()
    scene.submit(app, CALL)
    with scene.profile() as context:
        tabs = [context.new_page() for _ in range(TABS)]
        for tab in tabs:
            scene.watch(tab, app)
            card(tab, "c0", "running")
        tabs[-1].get_by_role("button", name="Pause Work").click()
        for tab in tabs:
            card(tab, "c0", "paused")
        took = tabs[-1].evaluate(CONTROL)
        yield Gate(13, f"{TABS} tabs live", [len(tabs)], "=", TABS)
        yield Gate(13, "a control from the last of them", [took], "≤", 500, "ms")
    scene.cancel(app)


def _keyboard(scene: Scene) -> Iterator[Gate]:
    app, astray = scene.app(), 0
    scene.submit(app, CALL)
    with scene.watching(app) as page:
        card(page, "c0", "running")
        page.keyboard.press("j")
        for key, state in FLOW:
            page.keyboard.press(key)
            card(page, "c0", state)
            astray += page.evaluate("document.activeElement === document.body")
    scene.cancel(app)
    yield Gate(15, "steps of the way without a mouse", [len(FLOW)], "=", len(FLOW))
    yield Gate(15, "steps after which the focus was lost", [astray], "=", 0)


def _still(scene: Scene) -> Iterator[Gate]:
    app = scene.app()
    scene.submit(app, CALL, ("os-write", {"file_path": "a.txt", "content": "x"}))
    with scene.watching(app, reduced_motion="reduce") as page:
        card(page, "c1", "succeeded")
        scene.cancel(app)
        card(page, "c0", "cancelled")
        yield Gate(
            16, "animations where motion is unwanted", [page.evaluate("document.getAnimations().length")], "=", 0
        )


def _heard(scene: Scene) -> Iterator[Gate]:
    app = scene.app()
    with scene.watching(app) as page:
        page.evaluate("probe.listen()")
        scene.submit(app, *(("os-view", {"file_path": f"missing-{number}.txt"}) for number in range(MISSING)))
        until(lambda: _failures(page) >= MISSING, "every failure to be told")
        times = [at for _, at in page.evaluate("probe.spoken")]
        soonest = min((later - earlier for earlier, later in pairwise(times)), default=2000.0)
        yield Gate(18, "least time between two announcements", [soonest], "≥", 1990, "ms")
        yield Gate(18, f"announcements of {MISSING} failures", [_failures(page)], "=", MISSING)


def _failures(page: "Page") -> int:
    told = " ".join(text.partition("Failed:")[2] for text, _ in page.evaluate("probe.spoken"))
    return sum(told.count(f"missing-{number}.txt") for number in range(MISSING))
