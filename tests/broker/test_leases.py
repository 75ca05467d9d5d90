"""Leases: who lives, who is lost, and when that is certain."""

import pytest
import redis

from broker.leases import KEY, leave, look, look_seconds, renew
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
