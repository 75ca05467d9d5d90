"""What the supervisor runs: a command with its environment, and when its turn to stop comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """The order of stopping, lowest first: nothing new comes in, then work ends, then what carried it."""

    DOOR = 0
    WORKER = 1
    CARRIER = 2


@dataclass(frozen=True)
class Program:
    """A command under a name. It gets `drain_seconds` to end by itself after TERM."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    rank: Rank = Rank.DOOR
    drain_seconds: float = 20.0


def rank_of(command: tuple[str, ...]) -> Rank:
    """The rank of a Procfile's command: a Celery worker, or a door."""
    return Rank.WORKER if "worker" in command else Rank.DOOR
