"""A whole stack, and Debian's Chromium to look at its pages with."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ops.local.stack import Stack
from tests.program import needs

TOOLS = "tests.core.slow,workers.trial.append"
expect.set_options(timeout=15_000)
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs("chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("web")
    environment = {"TOOLREEL_TOOLS": TOOLS, "TOOLREEL_FILE_WORKERS": "4", "TOOLREEL_GRACE_SECONDS": "30"}
    only = ("gateway", "files", "media", "recovery", "beat")
    with Stack(folder, only=only, environment=environment) as stack:
        yield stack


@pytest.fixture(scope="package")
def backend(stack: Stack) -> Iterator[httpx.Client]:
    """The stack's gateway, for a backend with its key."""
    headers = {"Authorization": f"Bearer {stack.key}"}
    with httpx.Client(base_url=stack.url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def app() -> str:
    """The id of an app that no other test uses."""
    return f"app-{secrets.token_hex(4)}"


@pytest.fixture
def context(chromium: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A browser's profile of its own. Whatever a page breaks or logs as an error fails the test."""
    with chromium.new_context(base_url=stack.url, viewport={"width": 1440, "height": 1000}) as context:
        context.set_default_timeout(15_000)
        errors: list[str] = []
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", lambda said: errors.append(said.text) if _is_policy(said.text) else None)
        yield context
        assert errors == []


@pytest.fixture
def page(context: BrowserContext, stack: Stack) -> Page:
    """A page of someone who signed in with the link that `ops up` prints."""
    page = context.new_page()
    page.goto(f"/#key={stack.key}")
    page.get_by_role("button", name="Sign out").wait_for()
    return page


@pytest.fixture
def submit(backend: httpx.Client, app: str) -> Callable[..., None]:
    """Submit calls `(tool, arguments)` as c1, c2, … of the message m1, or of another."""

    def submit(*calls: tuple[str, dict[str, Any]], message: str = "m1", first: int = 1) -> None:
        entries = [{"id": f"c{n}", "name": name, "arguments": given} for n, (name, given) in enumerate(calls, first)]
        path = f"/v1/apps/{app}/messages/{message}/tool-calls"
        backend.post(path, json={"tool_calls": entries}).raise_for_status()

    return submit


def _is_policy(text: str) -> bool:
    return "Content Security Policy" in text or "TrustedScript" in text or "TrustedHTML" in text
