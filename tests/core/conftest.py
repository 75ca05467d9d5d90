"""The fixtures that these tests use."""

from tests.core.fixtures import (
    celery,
    client,
    parts,
    postgres,
    postgres_schema_url,
    postgres_store,
    settings,
    shared_client,
    sqlite,
    sqlite_template,
    store,
)

__all__ = [
    "celery",
    "client",
    "parts",
    "postgres",
    "postgres_schema_url",
    "postgres_store",
    "settings",
    "shared_client",
    "sqlite",
    "sqlite_template",
    "store",
]
