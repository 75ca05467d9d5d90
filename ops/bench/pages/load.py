"""Many cards under many events: frames, tasks, the main thread, clicks, the way of an event, and bars that do not lie."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ops.bench.figures import percentile
from ops.bench.pages.gate import Gate
from ops.bench.pages.scene import Scene

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

CARDS = 50
EACH_SECOND = 1000
WARM_MS = 2000
WINDOW_MS = 10_000
ROUNDS = 3
SLOWER = 4
LONG_MS = 50
CLICKS = 20
QUICK_WINDOW_MS = 1500


def measure(scene: Scene) -> Iterator[Gate]:
    """The promises 1 to 6 and 10."""
    app = scene.app()
    rounds = 1 if scene.quick else ROUNDS
    with scene.feed(app, CARDS, EACH_SECOND), scene.watching(app) as page:
        page.locator(".card").nth(CARDS - 1).wait_for()
        page.get_by_label("Density").select_option("compact")
        devtools = page.context.new_cdp_session(page)
        # By the thread's own time: what other programs of the machine take does not count.
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.evaluate("probe.time()")
        page.wait_for_timeout(WARM_MS)
        yield from _smooth([_window(scene, page, devtools) for _ in range(rounds)])
        yield Gate(5, "worst of 20 clicks and keys", [_clicks(page)], "≤", 100, "ms")
        yield from _honest(page.evaluate("probe.bars", QUICK_WINDOW_MS if scene.quick else WINDOW_MS // 2))
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.wait_for_timeout(WARM_MS)
        yield from _slow(_window(scene, page, devtools), page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def _window(scene: Scene, page: "Page", devtools: "CDPSession") -> dict[str, Any]:
    """What happens in a while."""
    ms = QUICK_WINDOW_MS if scene.quick else WINDOW_MS
    page.evaluate("probe.reset()")
    before = _busy_seconds(devtools)
    page.wait_for_timeout(ms)
    busy = _busy_seconds(devtools) - before
    probe: dict[str, Any] = page.evaluate("({ frames: probe.frames, tasks: probe.tasks, delays: probe.delays })")
    return {**probe, "busy": busy / (ms / 1000), "seconds": ms / 1000}


def _busy_seconds(devtools: "CDPSession") -> float:
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _smooth(windows: list[dict[str, Any]]) -> Iterator[Gate]:
    frames = [sorted(window["frames"]) for window in windows]
    over = [[task for task in window["tasks"] if task > LONG_MS] for window in windows]
    yield Gate(1, f"{CARDS} cards, {EACH_SECOND} events/s: frames", [fps(one) for one in frames], "≥", 58, "fps")
    yield Gate(1, "frame time, p95", [percentile(one, 0.95) for one in frames], "≤", 20, "ms")
    slow = [100 * sum(frame > 25 for frame in one) / len(one) for one in frames]
    yield Gate(1, "frames over 25 ms", slow, "≤", 2, "%")
    yield Gate(1, "longest frame", [one[-1] for one in frames], "≤", 100, "ms")
    yield Gate(2, "tasks over 50 ms in 10 s", [len(one) for one in over], "≤", 1)
    yield Gate(2, "longest task", [max(one, default=0) for one in over], "≤", 100, "ms")
    yield Gate(2, "blocking time", [sum(task - LONG_MS for task in one) for one in over], "≤", 50, "ms")
    yield Gate(3, "main thread in use", [100 * window["busy"] for window in windows], "≤", 45, "%")
    delays = [percentile(sorted(window["delays"]), 0.95) for window in windows]
    yield Gate(6, "event sent to painted, p95", delays, "≤", 150, "ms")


def _slow(window: dict[str, Any], page: "Page") -> Iterator[Gate]:
    yield Gate(4, "four times slower processor: frames", [fps(window["frames"])], "≥", 25, "fps")
    yield Gate(4, "longest frame then", [max(window["frames"])], "≤", 300, "ms")
    yield Gate(4, "worst click or key then", [_clicks(page)], "≤", 200, "ms")


def _honest(bars: dict[str, float]) -> Iterator[Gate]:
    yield Gate(10, "frames in which a bar went backwards", [bars["backwards"]], "=", 0)
    yield Gate(10, "frames in which a bar was past its stage", [bars["past"]], "=", 0)
    yield Gate(10, "most that a bar moved in a frame", [bars["leap"]], "≤", 3, "%")
    yield Gate(10, "longest that a bar stood still", [bars["still"]], "≤", 1000, "ms")


def _clicks(page: "Page") -> float:
    """The longest of some real clicks and keys, from the input to the next paint."""
    page.evaluate("probe.inputs.length = 0")
    details = page.locator(".card").get_by_role("button", name="Details")
    for number in range(CLICKS // 2):
        details.nth(number // 2).click()
        page.keyboard.press("j")
    page.wait_for_timeout(300)
    # The browser tells nothing of what took less than a frame.
    return float(page.evaluate("Math.max(16, ...probe.inputs)"))


def fps(frames: list[float]) -> float:
    return 1000 * len(frames) / sum(frames)
