"""Fixtures of the core's tests: both databases, empty for each test, a Redis that is empty too, and all parts on top."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from celery import Celery
from sqlalchemy import make_url

from broker.app import make_celery
from models.database import Store, migrate
from models.settings import Settings
from models.tables import metadata
from tests.core.parts import Parts


@pytest.fixture(scope="session")
def postgres_schema_url(postgres_url: str) -> Iterator[str]:
    """A migrated schema of our own, whatever else is in that database."""
    with schema(postgres_url) as url:
        migrate(url)
        yield url


@pytest.fixture(scope="session")
def postgres_store(postgres_schema_url: str) -> Iterator[Store]:
    store = Store(postgres_schema_url)
    yield store
    store.close()


@pytest.fixture
def postgres(postgres_store: Store) -> Store:
    """An empty PostgreSQL."""
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with postgres_store.write() as tx:
        tx.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        tx.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    return postgres_store


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "toolreel.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty SQLite file."""
    shutil.copy(sqlite_template, tmp_path)
    store = Store(f"sqlite:///{tmp_path / sqlite_template.name}")
    yield store
    store.close()


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
def parts(settings: Settings, store: Store, client: redis.Redis, celery: Celery) -> Parts:
    """All parts in one process: real database, Redis and broker; the test itself takes the links that a worker would."""
    return Parts.make(settings, store, client, celery)


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The URL, as SQLAlchemy takes it, of an empty schema in a PostgreSQL database; it is gone afterwards."""
    name = f"core_{secrets.token_hex(4)}"
    within = make_url(url).set(drivername="postgresql+psycopg").update_query_dict({"options": f"-csearch_path={name}"})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield within.render_as_string(hide_password=False)
        connection.execute(f"DROP SCHEMA {name} CASCADE")
