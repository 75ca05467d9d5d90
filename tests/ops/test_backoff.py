"""The waits between restarts."""

from itertools import accumulate, repeat

from ops.local.backoff import HEALTHY_SECONDS, LONGEST_SECONDS, next_delay


def test_the_wait_doubles_from_half_a_second_to_the_longest() -> None:
    waits = list(accumulate(repeat(0.0, 7), next_delay, initial=0.0))[1:]
    assert waits == [0.5, 1, 2, 4, 8, LONGEST_SECONDS, LONGEST_SECONDS]


def test_a_healthy_life_makes_the_wait_short_again() -> None:
    assert next_delay(8, HEALTHY_SECONDS) == 0.5
    assert next_delay(8, HEALTHY_SECONDS - 1) == LONGEST_SECONDS
