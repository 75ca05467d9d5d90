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

    load_floods: int = 1

    steered: int = 50
    commits: int = 200

    flood_rounds: int = 3
    flood_apps: int = 8
    # Calls of each app in a flood: as many as last for the seconds, within these bounds.
    flood_seconds: float = 4
    flood_least: int = 5
    flood_most: int = 200
    flood_variants: int = 3

    readers: int = 1000
    # Events in a flood: as many as last for the seconds, within these bounds; fewer than a slow reader is cut off at.
    stream_rounds: int = 3
    stream_seconds: float = 2
    stream_least: int = 20
    stream_most: int = 1000
    deliveries_each_second: float = 10_000
    paced_events: int = 40

    report_rounds: int = 3
    reports: int = 5000

    idle_first: int = 1000
    idle_more: int = 2000

    growth_kinds: int = 3
    growth_rounds: int = 3
    growth_calls: int = 40
    finished_calls: int = 1_000_000
    queued_calls: int = 10_000
    grown_apps: int = 100
    apps: int = 1000

    replay_rounds: int = 3
    missed_events: int = 50
    live_events: int = 5

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
    stream_rounds=2,
    stream_seconds=0.1,
    stream_least=20,
    stream_most=40,
    deliveries_each_second=300,
    paced_events=10,
    report_rounds=1,
    reports=200,
    idle_first=30,
    idle_more=100,
    growth_kinds=1,
    growth_rounds=1,
    growth_calls=2,
    finished_calls=200,
    queued_calls=20,
    grown_apps=4,
    apps=10,
    replay_rounds=1,
    missed_events=5,
    live_events=2,
)
