"""Migrating makes exactly the tables that the code knows, on both databases, however often and by however many at once."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from models.database import Store, migrate
from models.tables import apps, metadata
from tests.core.calls import add, edit
from tests.core.fixtures import schema
from tests.core.together import together

MIGRATE = """
import sys
from models.database import migrate
print("ready", flush=True)
sys.stdin.readline()
migrate(sys.argv[1])
"""


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet, in a folder that is not there yet."""
    return f"sqlite:///{tmp_path}/data/toolreel.db"


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    with schema(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite_url", "empty_postgres_url"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


def differences(url: str) -> list[Any]:
    store = Store(url)
    try:
        with store.read() as tx:
            return list(compare_metadata(MigrationContext.configure(tx), metadata))
    finally:
        store.close()


def table_names(url: str) -> set[str]:
    """The tables as the database's own catalog has them, without asking SQLAlchemy's metadata."""
    store = Store(url)
    try:
        with store.read() as tx:
            mine = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            theirs = "SELECT name FROM sqlite_master WHERE type = 'table'"
            return set(tx.execute(text(theirs if tx.dialect.name == "sqlite" else mine)).scalars())
    finally:
        store.close()


def test_migrating_an_empty_database_makes_the_tables_that_the_code_knows(url: str) -> None:
    migrate(url)
    assert differences(url) == []
    assert table_names(url) == {*metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing_and_keeps_what_is_there(url: str) -> None:
    migrate(url)
    store = Store(url)
    with store.write() as tx:
        add(tx, edit("a", "x"))
    migrate(url)
    with store.read() as tx:
        assert tx.execute(select(apps.c.id)).scalars().all() == ["demo"]
    store.close()
    assert differences(url) == []


def test_several_processes_may_migrate_at_once(url: str) -> None:
    command = [sys.executable, "-c", MIGRATE, url]
    processes = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=STDOUT, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    answers = together(*(partial(process.communicate, "go\n", 60) for process in processes))
    assert [answer for answer, _ in answers] == [""] * 3
    assert differences(url) == []


def test_a_new_file_that_another_is_writing_to_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = sqlite3.connect(tmp_path / "toolreel.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    # For this lock SQLite refuses the change to WAL at once, whatever its timeout.
    monkeypatch.setattr(time, "sleep", lambda seconds: writer.execute("ROLLBACK"))
    migrate(f"sqlite:///{tmp_path}/toolreel.db")
    writer.close()
