"""Checks that nothing is left over: no link in a queue, no lease, no subscription, no process, no temporary file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis

from broker.leases import look
from models.declaration import QUEUES
from ops.chaos.harm import WORKER
from ops.chaos.victims import children, survivors
from ops.local.stack import Stack

OURS = ("tr:hub", "tr:signal:")


def left_in_redis(stack: Stack, *, lease: float) -> list[str]:
    """What an idle stack must not have. The children that wait for work hold a lease and a subscription each."""
    with redis.Redis.from_url(stack.redis_url) as client:
        # The reconciler runs its tasks in its main process.
        workers = len(children(stack, WORKER)) + 1
        living = look(client, seconds=lease).living
        return [
            *([f"{len(living)} leases for {workers} worker processes"] if len(living) != workers else []),
            *_subscriptions(client, living),
            *_links(client),
        ]


def left_on_disk(scratch: Path) -> list[str]:
    return [f"temporary file {path}" for path in sorted(scratch.rglob("*"))]


def left_running(stack: Stack) -> list[str]:
    return [f"process {one}" for one in survivors(stack.folder.path)]


def _subscriptions(client: Any, living: frozenset[str]) -> Iterator[str]:
    channels = {channel.decode() for channel in client.pubsub_channels("tr:*")}
    listening = {channel.removeprefix("tr:signal:") for channel in channels if channel.startswith("tr:signal:")}
    for process in {one for one in listening if not one.startswith("worker:")} ^ living:
        yield f"process {process} has only one of lease and subscription"
    for channel in sorted(channels):
        if not channel.startswith(OURS):
            yield f"subscription of {channel}"


def _links(client: Any) -> Iterator[str]:
    for queue in QUEUES:
        if depth := client.llen(f"cel:{queue}"):
            yield f"{depth} links in the queue {queue}"
