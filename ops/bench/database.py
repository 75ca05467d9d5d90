"""The databases of a run: files of SQLite, or on one PostgreSQL as many as there are stacks."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy.engine import make_url

from ops.local.postgres import throwaway_postgres

SQLITE, POSTGRES = "sqlite", "postgres"
KINDS = (POSTGRES, SQLITE)


class Databases:
    """Of one kind of KINDS. A PostgreSQL that is started for them is as durable as PostgreSQL is by itself."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._resources = ExitStack()
        self._server = ""

    @contextmanager
    def new(self) -> Iterator[str]:
        """The URL of an empty one that is gone afterwards; empty for SQLite in the stack's own folder."""
        if self._kind == SQLITE:
            yield ""
            return
        name = f"toolreel_bench_{secrets.token_hex(4)}"
        _execute(self._server, f"CREATE DATABASE {name}")
        try:
            yield make_url(self._server).set(database=name).render_as_string(hide_password=False)
        finally:
            _execute(self._server, f"DROP DATABASE {name} WITH (FORCE)")

    def __enter__(self) -> Self:
        if self._kind == POSTGRES:
            self._server = self._resources.enter_context(throwaway_postgres(durable=True))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.__exit__(kind, error, trace)


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
