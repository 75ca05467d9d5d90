"""What the measurements share: a stack of its own, Chromium, and pages of someone who is signed in."""

import importlib.util
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ops.bench.companion import Companion
from ops.client import Client
from ops.errors import OpsError
from ops.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PROBE = Path(__file__).with_name("probe.js")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-extensions"]
WIDTH, HEIGHT = 1440, 1000
T = TypeVar("T")


@dataclass
class Scene:
    """A running stack and a browser. `app` gives the id of an app that nothing else uses."""

    stack: Stack
    browser: "Browser"
    client: Client
    quick: bool
    _apps: int = field(default=0)

    def app(self) -> str:
        self._apps += 1
        return f"pages-{self._apps}"

    @contextmanager
    def profile(self, **options: Any) -> Iterator["BrowserContext"]:
        """A browser's profile of its own, signed in."""
        context = self.browser.new_context(
            base_url=self.stack.url, viewport={"width": WIDTH, "height": HEIGHT}, **options
        )
        context.add_init_script(path=PROBE)
        page = context.new_page()
        page.goto(f"/#key={self.stack.key}")
        page.get_by_role("button", name="Sign out").wait_for()
        page.close()
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def watching(self, app: str, **options: Any) -> Iterator["Page"]:
        """The stream page of the message m1 of an app, connected."""
        with self.profile(**options) as context:
            page = context.new_page()
            self.watch(page, app)
            yield page

    def watch(self, page: "Page", app: str) -> None:
        page.goto(f"/apps/{app}/messages/m1")
        page.locator("connection-pill[data-status=live]").wait_for()

    def feed(self, app: str, calls: int, each_second: float) -> Companion:
        """Made-up calls of an app that progress."""
        task = {"url": self.stack.redis_url, "app": app, "calls": calls, "each_second": each_second}
        return Companion("pages.feed", task)

    def submit(self, app: str, *calls: tuple[str, dict[str, Any]]) -> None:
        entries = [{"id": f"c{n}", "name": name, "arguments": given} for n, (name, given) in enumerate(calls)]
        self.client.json("POST", f"/v1/apps/{app}/messages/m1/tool-calls", {"tool_calls": entries})

    def cancel(self, app: str) -> None:
        self.client.json("POST", f"/v1/apps/{app}/messages/m1/cancel")


def find_chromium() -> str:
    """Where the browser is. Raises OpsError when it, or what drives it, is not installed."""
    if importlib.util.find_spec("playwright") is None:
        raise OpsError("the pages are measured with playwright: python3 -m ops setup --test installs it")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise OpsError("the pages are measured in Chromium; on Debian or Ubuntu: apt install chromium")
    return path


def until(predicate: Callable[[], T], what: str, seconds: float = 30.0) -> T:
    """The first true answer of `predicate`. Raises OpsError when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := predicate()):
        if time.monotonic() > end:
            raise OpsError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(0.02)
    return answer


def card(page: "Page", id_: str, state: str) -> None:
    """Wait until a card shows a state."""
    page.locator(f'.card[data-id="{id_}"][data-state="{state}"]').wait_for(timeout=30_000)
