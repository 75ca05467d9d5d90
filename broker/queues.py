"""What waits in Celery's queues: how many links, whatever the broker, and which, where the broker can be read."""

from collections.abc import Collection, Iterator

import orjson
import redis
from celery import Celery
from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel

from models.declaration import QUEUES

READ_AT_ONCE = 500


def queue_depths(celery: Celery) -> dict[str, int]:
    """Links waiting in each queue. Raises kombu's OperationalError when the broker is down."""
    with celery.connection_for_read() as connection:
        try:
            with connection.channel() as channel:
                queues = {name: celery.amqp.queues[name].bind(channel) for name in QUEUES}
                return {name: queue.queue_declare().message_count for name, queue in queues.items()}
        except connection.connection_errors as error:
            raise OperationalError(str(error)) from error


def waiting_links(celery: Celery, queues: Collection[str]) -> frozenset[str] | None:
    """The task ids of all links that wait in these queues; None where only Redis could say that, and it is another broker.

    A link that is sent or taken meanwhile may be among them or not. Raises kombu's OperationalError when the broker is down.
    """
    with celery.connection_for_read() as connection:
        try:
            with connection.channel() as channel:
                if not isinstance(channel, Channel):
                    return None
                with channel.conn_or_acquire() as client:
                    return frozenset(link for queue in queues for link in _links(client, channel, queue))
        except connection.connection_errors as error:
            raise OperationalError(str(error)) from error


def _links(client: redis.Redis, channel: Channel, queue: str) -> Iterator[str]:
    for step in channel.priority_steps:
        yield from _links_of(client, f"{channel.global_keyprefix}{channel._q_for_pri(queue, step)}")


def _links_of(client: redis.Redis, key: str) -> Iterator[str]:
    """From the newest on: those that are sent meanwhile push the others further on, so that none is passed over."""
    start, found = 0, READ_AT_ONCE
    while found == READ_AT_ONCE:
        messages = client.lrange(key, start, start + READ_AT_ONCE - 1)
        start, found = start + READ_AT_ONCE, len(messages)
        yield from (orjson.loads(message)["headers"]["id"] for message in messages)
