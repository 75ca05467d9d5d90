"""A stack for the examples to run against, and one that their pages may call from an origin of their own."""

import secrets
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from ops.bootstrap import ROOT
from ops.local.port import free_port
from ops.local.stack import Stack
from tests.program import needs


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("examples")
    with Stack(folder, only=("gateway", "files")) as stack:
        yield stack


@pytest.fixture
def toolreel(stack: Stack) -> Iterator[httpx.Client]:
    """The stack's gateway, for a backend with its key."""
    with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60) as client:
        yield client


@pytest.fixture
def app() -> str:
    """The id of an app that no other test uses."""
    return f"app-{secrets.token_hex(4)}"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The test reads the page, not a log."""


@pytest.fixture(scope="package")
def origin() -> Iterator[str]:
    """Where the page is served: another port than Toolreel's is another origin of the same site."""
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), partial(Quiet, directory=str(ROOT / "docs" / "examples")))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def allowing(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that the page may call."""
    folder: Path = tmp_path_factory.mktemp("watch")
    with Stack(folder, only=("gateway", "files"), environment={"TOOLREEL_CORS_ORIGINS": origin}) as stack:
        yield stack


@pytest.fixture
def backend(allowing: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {allowing.key}"}
    with httpx.Client(base_url=allowing.url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs("chromium"), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()
