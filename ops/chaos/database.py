"""An empty PostgreSQL database for one run, also on a server that others use: chaos cuts every connection to its own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url

from ops.local.postgres import throwaway_postgres


@contextmanager
def own_database() -> Iterator[str]:
    """Its URL; it is gone afterwards."""
    name = f"toolreel_chaos_{secrets.token_hex(4)}"
    with throwaway_postgres() as url:
        _execute(url, f"CREATE DATABASE {name}")
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            _execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
