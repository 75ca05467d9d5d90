"""How much a run of the bench measures. Everything is bounded in count, and every wait in time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Counts are of one round. The measured thing and the bare limit take turns, round by round."""

    rounds: int = 4
    warm_up: int = 20

    calls: int = 50
    events: int = 150
    events_each_second: float = 100

    steered: int = 50
    commits: int = 200

    flood_rounds: int = 3
    flood_apps: int = 8
    # Calls of each app in a flood: as many as last for the seconds, within these bounds.
    flood_seconds: float = 4
    flood_least: int = 5
    flood_most: int = 200
    flood_variants: int = 3

    readers: int = 100
    flood_events: int = 1000

    silence_seconds: float = 30
    wait_seconds: float = 600


QUICK = Size(
    rounds=2,
    warm_up=2,
    calls=3,
    events=10,
    steered=2,
    commits=5,
    flood_rounds=2,
    flood_apps=2,
    flood_seconds=0.1,
    flood_least=2,
    flood_most=4,
    flood_variants=1,
    readers=3,
    flood_events=20,
)
