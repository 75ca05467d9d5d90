"""Leases: who lives, who is lost, and when that is certain."""

import pytest
import redis

from broker.leases import KEY, WATCH_KEY, leave, look, look_seconds, renew
from tests.wait import wait_until


@pytest.mark.parametrize("lease", [1.0, 2.0, 5.0, 10.0, 600.0])
def test_who_looks_as_often_as_told_is_certain_though_a_look_is_late(lease: float) -> None:
    assert 2 * look_seconds(lease) < lease / 2


def test_a_missing_lease_means_nothing_before_a_whole_lease_was_watched(client: redis.Redis) -> None:
    renew(client, "a", seconds=1)
    client.zrem(KEY, "a")
    assert not look(client, seconds=1).lacks("a.1")
    wait_until(lambda: look(client, seconds=1).lacks("a.1"), "the watch to be long enough")
    client.flushall()
    assert not look(client, seconds=1).lacks("a.1")


def test_a_process_that_says_that_it_ends_is_gone_at_once(client: redis.Redis) -> None:
    renew(client, "a", seconds=10)
    assert not look(client, seconds=10).has_left("a.1")
    leave(client, "a")
    assert look(client, seconds=10).has_left("a.1")


def test_while_others_renew_theirs_nobody_needs_to_look_for_a_missing_lease_to_be_certain(client: redis.Redis) -> None:
    """A reconciler that was away for a while goes on where it was."""
    renew(client, "a", seconds=1)
    begun = server_seconds(client)

    def long_enough() -> bool:
        renew(client, "b", seconds=1)
        return server_seconds(client) > begun + 1

    wait_until(long_enough, "the lease to end")
    leases = look(client, seconds=1)
    assert leases.lacks("a.1") and not leases.lacks("b.1")


def test_a_gap_in_which_nobody_was_heard_makes_what_is_missing_uncertain(client: redis.Redis) -> None:
    renew(client, "a", seconds=10)
    client.hset(WATCH_KEY, mapping={"since": 1, "last": client.hget(WATCH_KEY, "last")})
    assert look(client, seconds=10).lacks("c.1")
    client.hincrby(WATCH_KEY, "last", -5001)
    assert not look(client, seconds=10).lacks("c.1")


def test_processes_that_have_ended_are_forgotten_after_an_hour(client: redis.Redis) -> None:
    for name in ("old", "new"):
        leave(client, name)
    client.zincrby(KEY, 3_600_001, "old")
    renew(client, "a", seconds=10)
    assert look(client, seconds=10).gone == {"new"}


def server_seconds(client: redis.Redis) -> float:
    seconds, microseconds = client.time()
    return seconds + microseconds / 1e6
