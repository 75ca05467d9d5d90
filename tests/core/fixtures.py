"""Fixtures of the core's tests: both databases, empty for each test, a Redis that is empty too, and all parts on top."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
import redis
from celery import Celery
from sqlalchemy import delete, make_url

from broker.app import make_celery
from models.database import Store, migrate
from models.settings import Settings
from models.tables import api_keys, apps, blobs, tool_declarations
from tests.core.parts import Parts


@pytest.fixture(scope="session")
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """A migrated schema of our own, whatever else is in that database."""
    with schema(postgres_url) as url, closing(_migrated(url)) as store:
        yield store


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(_migrated(f"sqlite:///{tmp_path_factory.mktemp('core')}/toolreel.db")) as store:
        yield store


@pytest.fixture
def postgres(postgres_store: Store) -> Store:
    """An empty PostgreSQL."""
    return _emptied(postgres_store)


@pytest.fixture
def sqlite(sqlite_store: Store) -> Store:
    """An empty SQLite."""
    return _emptied(sqlite_store)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Either database, empty."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def shared_client(redis_url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(redis_url)
    yield client
    client.close()


@pytest.fixture
def client(shared_client: redis.Redis) -> redis.Redis:
    """An empty Redis."""
    shared_client.flushall()
    shared_client.script_flush()
    return shared_client


@pytest.fixture(scope="session")
def celery(redis_url: str) -> Iterator[Celery]:
    app = make_celery()
    app.conf.update(broker_url=redis_url)
    yield app
    app.close()


@pytest.fixture
def settings(redis_url: str) -> Settings:
    return Settings(redis_url=redis_url)


@pytest.fixture
def parts(settings: Settings, store: Store, client: redis.Redis, celery: Celery) -> Iterator[Parts]:
    """All parts in one process: real database, Redis and broker; the test itself takes the links that a worker would."""
    made = Parts.make(settings, store, client, celery)
    yield made
    # Left for later, it would mark calls of the next test: an emptied SQLite gives out the same keys again.
    made.context.marks.write()


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The URL, as SQLAlchemy takes it, of an empty schema in a PostgreSQL database; it is gone afterwards."""
    name = f"core_{secrets.token_hex(4)}"
    within = make_url(url).set(drivername="postgresql+psycopg").update_query_dict({"options": f"-csearch_path={name}"})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield within.render_as_string(hide_password=False)
        connection.execute(f"DROP SCHEMA {name} CASCADE")


def _migrated(url: str) -> Store:
    migrate(url)
    return Store(url)


def _emptied(store: Store) -> Store:
    with store.write() as tx:
        # Everything else hangs on these.
        for table in (apps, blobs, tool_declarations, api_keys):
            tx.execute(delete(table))
    return store
