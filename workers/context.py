"""What a worker process holds: its connections, made on first use after the fork."""

import os
from dataclasses import dataclass
from functools import cache

import redis
from celery import Celery

from broker.app import make_celery
from broker.connection import connect
from broker.later import Later
from broker.log import EventLog
from broker.marks import Marks
from broker.outbox import Outbox
from models.database import Store
from models.settings import Settings, settings
from workers.listener import Listener, make_process_id
from workers.report import Publisher
from workers.run import ImageSource
from workers.steering import Steering


@dataclass(frozen=True)
class Context:
    """One process's connections and what is built on them."""

    settings: Settings
    store: Store
    client: redis.Redis
    celery: Celery
    outbox: Outbox
    marks: Marks
    later: Later
    publisher: Publisher
    process: str
    steering: Steering
    listener: Listener
    images: ImageSource | None = None


def context() -> Context:
    """This process's context."""
    return _context(os.getpid())


@cache
def _context(_pid: int) -> Context:
    current = settings()
    store = Store(current.store_url)
    client = connect(current)
    log = EventLog(client, current)
    celery, later, steering, process = make_celery(), Later(), Steering(), make_process_id()
    marks = Marks(store, later)
    outbox = Outbox(store, log, celery, marks, share_links=current.share_links)
    return Context(
        settings=current,
        store=store,
        client=client,
        celery=celery,
        outbox=outbox,
        marks=marks,
        later=later,
        publisher=Publisher(outbox, later),
        process=process,
        steering=steering,
        listener=Listener(current, store, steering, later, process),
        images=_images(current),
    )


def _images(current: Settings) -> ImageSource | None:
    if not current.image_api_url:
        return None
    # Imported where it is needed: most workers make no pictures.
    from workers.images.api import ImageApi

    return ImageApi(current)
