"""What a worker process holds: its connections, made on first use after the fork."""

import os
from dataclasses import dataclass
from functools import cache

from celery import Celery

from broker.app import make_celery
from broker.connection import connect
from broker.log import EventLog
from broker.outbox import Outbox
from models.database import Store
from models.settings import Settings, settings
from workers.report import Publisher
from workers.run import ImageSource


@dataclass(frozen=True)
class Context:
    """One process's connections and what is built on them."""

    settings: Settings
    store: Store
    celery: Celery
    outbox: Outbox
    publisher: Publisher
    images: ImageSource | None = None


def context() -> Context:
    """This process's context."""
    return _context(os.getpid())


@cache
def _context(_pid: int) -> Context:
    current = settings()
    store = Store(current.store_url)
    log = EventLog(connect(current), current)
    celery = make_celery()
    return Context(current, store, celery, Outbox(store, log, celery), Publisher(log), _images(current))


def _images(current: Settings) -> ImageSource | None:
    if not current.image_api_url:
        return None
    # Imported where it is needed: most workers make no pictures.
    from workers.images.api import ImageApi

    return ImageApi(current)
