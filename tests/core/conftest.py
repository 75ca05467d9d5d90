"""The fixtures that these tests use."""

from tests.core.fixtures import (
    celery,
    client,
    parts,
    postgres,
    postgres_store,
    settings,
    shared_client,
    sqlite,
    sqlite_store,
    store,
)

__all__ = [
    "celery",
    "client",
    "parts",
    "postgres",
    "postgres_store",
    "settings",
    "shared_client",
    "sqlite",
    "sqlite_store",
    "store",
]
