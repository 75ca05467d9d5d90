"""How deep Celery's queues are, whatever the broker."""

from celery import Celery
from kombu.exceptions import OperationalError

from models.declaration import QUEUES


def queue_depths(celery: Celery) -> dict[str, int]:
    """Links waiting in each queue. Raises kombu's OperationalError when the broker is down."""
    with celery.connection_for_read() as connection:
        try:
            with connection.channel() as channel:
                queues = {name: celery.amqp.queues[name].bind(channel) for name in QUEUES}
                return {name: queue.queue_declare().message_count for name, queue in queues.items()}
        except connection.connection_errors as error:
            raise OperationalError(str(error)) from error
