"""How deep Celery's queues are, whatever the broker."""

from celery import Celery

from models.declaration import QUEUES


def queue_depths(celery: Celery) -> dict[str, int]:
    """Links waiting in each queue. Raises kombu's OperationalError when the broker is down."""
    with celery.connection_for_read() as connection, connection.channel() as channel:
        return {name: celery.amqp.queues[name].bind(channel).queue_declare().message_count for name in QUEUES}
