"""Tests each service that Toolreel needs and says what to do about those that are not well."""

import multiprocessing
from dataclasses import dataclass
from http.client import HTTPException

import redis
from kombu import Connection
from kombu.exceptions import OperationalError
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from models.settings import Settings
from ops.client import Client
from ops.errors import OpsError
from ops.local import schema
from ops.local.folder import Running
from ops.local.redis import OLDEST, find_server, version_of
from ops.preferences import without_password

PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class Finding:
    """What was found about one service; `remedy` is empty when it is well."""

    service: str
    state: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy


def diagnose(settings: Settings, running: Running | None) -> list[Finding]:
    """A finding about each service, those of the stack that runs on the data folder if one does."""
    redis_url = running.redis if running else _given_redis(settings)
    return [
        about_database(running.database if running else settings.store_url),
        about_redis(redis_url) if redis_url else about_embedded_redis(),
        about_broker(settings.celery_broker_url),
        about_semaphores(),
        about_gateway(running),
    ]


def about_database(url: str) -> Finding:
    """Whether the database answers and has the newest schema."""
    shown = without_password(url)
    try:
        if schema.is_new_sqlite(url):
            return Finding("database", f"{shown} will be made by `up`")
        revision = schema.revision_of(url)
    except (ArgumentError, SQLAlchemyError) as error:
        return Finding("database", f"{shown}: {schema.reason(error)}", "is DATABASE_URL right, and the server running?")
    if revision != schema.newest_revision():
        return Finding("database", f"{shown} has schema {revision or 'none'}", "run: python3 -m ops migrate")
    return Finding("database", f"{shown}, schema {revision}")


def about_redis(url: str) -> Finding:
    """Whether a Redis answers and is new enough."""
    shown = without_password(url)
    try:
        with redis.Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        ) as client:
            told = client.info("server")["redis_version"]
    except (redis.RedisError, ValueError) as error:
        return Finding("redis", f"{shown}: {error}", "is REDIS_URL right, and the server running?")
    if tuple(map(int, told.split(".")[:2])) < OLDEST:
        return Finding("redis", f"{shown} is {told}", "7.0 or newer is needed: upgrade it, or unset REDIS_URL")
    return Finding("redis", f"{shown}, version {told}")


def about_embedded_redis() -> Finding:
    """Whether `up` could start a Redis of its own."""
    try:
        server = find_server()
    except OpsError as error:
        return Finding("redis", "none", str(error))
    return Finding("redis", f"`up` starts its own: {server} {'.'.join(map(str, version_of(server)))}")


def about_broker(url: str) -> Finding:
    """Whether Celery's broker answers."""
    if not url:
        return Finding("broker", "the Redis above")
    shown = without_password(url)
    try:
        with Connection(url, connect_timeout=PATIENCE_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, timeout=PATIENCE_SECONDS)
    except (OperationalError, OSError, KeyError, ImportError) as error:
        return Finding("broker", f"{shown}: {error}", "is CELERY_BROKER_URL right, and the broker running?")
    return Finding("broker", shown)


def about_semaphores() -> Finding:
    """Whether Celery's workers can share locks with their children, which some containers do not let them."""
    try:
        multiprocessing.Lock()
    except OSError as error:
        return Finding("locks", f"no shared locks: {error.strerror}", "make /dev/shm a tmpfs that all may write to")
    return Finding("locks", "shared between processes")


def about_gateway(running: Running | None) -> Finding:
    """Whether the gateway of a running stack is ready."""
    if running is None:
        return Finding("gateway", "not running; start it with: python3 -m ops up")
    try:
        with Client(running.url, patience=PATIENCE_SECONDS) as client:
            status, body = client.exchange("GET", "/readyz")
    except (OSError, HTTPException) as error:
        return Finding("gateway", f"{running.url}: {error}", "see what `up` says about it")
    if status != 200:
        return Finding(
            "gateway", f"{running.url} is not ready: {body.decode(errors='replace')[:300]}", "see what `up` says"
        )
    return Finding("gateway", running.url)


def _given_redis(settings: Settings) -> str:
    """REDIS_URL if somebody set it: the default is only for processes that run without `up`."""
    return settings.redis_url if "redis_url" in settings.model_fields_set else ""
