"""What follows a commit: clients are told, chains are sent."""

import structlog
from kombu.exceptions import KombuError
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from gateway.context import Gateway
from models.outcome import Outcome

logger = structlog.get_logger()


def deliver(gateway: Gateway, outcome: Outcome) -> None:
    """Carry out what a committed change left to do. Never an error for the client: what it asked for is stored."""
    try:
        gateway.outbox.deliver(outcome)
    except (SQLAlchemyError, RedisError, KombuError, OSError):
        # The rows say what is due, and the reconciler does it.
        logger.exception("outcome-not-delivered")
