"""The servers that tests run against: real ones, started here. A missing one skips on a laptop and fails in CI."""

import os
from collections.abc import Iterator

import pytest

from ops.errors import OpsError
from ops.local.postgres import PostgresMissing, throwaway_postgres
from ops.local.redis import throwaway_redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """An empty Redis or Valkey, shared by all tests that ask for it."""
    with throwaway_redis() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database, shared by all tests that ask for it."""
    try:
        with throwaway_postgres() as url:
            yield url
    except PostgresMissing as error:
        missing(error)


def missing(error: OpsError) -> None:
    """Skip a test whose server is missing, unless this is CI."""
    if os.environ.get("CI"):
        pytest.fail(str(error))
    pytest.skip(str(error))
