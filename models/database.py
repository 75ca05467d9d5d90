"""The database: an engine, and transactions that read or write. SQLite has one writer at a time; PostgreSQL locks rows."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
from alembic.config import Config
from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from models.jsontext import decode, encode

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30
RETRY_SECONDS = 0.01
# Connections of their own: to switch one from and to transactions costs as much as a small statement.
AT_ONCE: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}


class Store:
    """A database. Make one for each process, after it has forked."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._at_once = _engine(url, **AT_ONCE) if self.engine.dialect.name == "postgresql" else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; it commits when the block ends without an error."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """For statements of which each is a transaction of its own: one round trip instead of three.

        SQLite, where a trip costs nothing, may need several statements for what is one elsewhere; there it is a `write`.
        """
        if self._at_once is None:
            with self.write() as connection:
                yield connection
            return
        with self._at_once.connect() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it at one point in time."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()
        if self._at_once is not None:
            self._at_once.dispose()


def migrate(url: str) -> None:
    """Bring the database to the newest schema, creating it when it is empty. `url` as SQLAlchemy takes it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store(url)
    try:
        with store.write() as connection:
            alembic.command.upgrade(_alembic(connection), "head")
    finally:
        store.close()


def insert_missing(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert those rows whose primary key is not there yet."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def insert_or_replace(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert those rows; one whose primary key is there already gets the new values."""
    if rows:
        statement = _insert(connection, table)
        newest = {name: statement.excluded[name] for name in rows[0]}
        connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=newest), rows)


def insert_or_renew(connection: Connection, table: Table, row: dict[str, Any], *, stale: ColumnElement[bool]) -> bool:
    """Insert a row, or overwrite the one with its primary key if that is stale; whether it is there now.

    Waits for another transaction that inserts it. A row that is not stale stays as it is, and is ours until we end.
    """
    statement = _insert(connection, table).values(row)
    newest = {name: statement.excluded[name] for name in row}
    statement = statement.on_conflict_do_update(index_elements=table.primary_key, set_=newest, where=stale)
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT with what both dialects know beyond the standard: `ON CONFLICT`."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return inserting(connection.dialect.name, table)


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _engine(url: str, **others: Any) -> Engine:
    options: dict[str, Any] = {
        **others,
        "json_serializer": lambda value: encode(value).decode(),
        "json_deserializer": _decoded,
        # Errors are logged, and parameters hold the contents of files.
        "hide_parameters": True,
    }
    if make_url(url).get_backend_name() == "postgresql":
        return create_engine(url, pool_size=10, max_overflow=30, **options)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _decoded(value: Any) -> Any:
    # SQLite takes the text of a bare number for a number, and gives that back.
    return value if isinstance(value, int | float) else decode(value)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    _switch_to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: Any) -> None:
    """On a new file this needs a lock for which SQLite does not wait by itself, and others may be doing the same."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(RETRY_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and then writes can fail at once with "database is locked"; IMMEDIATE waits.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
