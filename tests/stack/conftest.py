"""Whole stacks, as `ops up` starts them: one on SQLite with one worker process, one on PostgreSQL with four."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops.local.stack import Stack

PROGRAMS = ("gateway", "files", "media", "recovery", "beat")


@pytest.fixture(scope="session")
def sqlite_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with _stack(tmp_path_factory.mktemp("sqlite"), {"TOOLREEL_FILE_WORKERS": "1"}) as stack:
        yield stack


@pytest.fixture(scope="session")
def postgres_stack(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Stack]:
    """With four worker processes and two gateways."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE stack")
    url = postgres_url.replace("@/postgres", "@/stack", 1)
    environment = {"DATABASE_URL": url, "TOOLREEL_FILE_WORKERS": "4"}
    with _stack(tmp_path_factory.mktemp("postgres"), environment, gateways=2) as stack:
        yield stack


@pytest.fixture(params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest) -> Stack:
    found: Stack = request.getfixturevalue(f"{request.param}_stack")
    return found


def _stack(folder: Path, environment: dict[str, str], gateways: int = 1) -> Stack:
    return Stack(folder, only=PROGRAMS, environment=environment, gateways=gateways)
