"""A stack for the examples to run against."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ops.local.stack import Stack


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
