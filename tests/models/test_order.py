"""The reduced edges of the order say all that the full conflict relation says, and go on to when calls leave it."""

from itertools import combinations, pairwise, product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.access import Access, conflict
from models.order import Turn, closure, hand_on, plan

SINGLE = [Access(path, writes) for path, writes in product(("a", "a/b", "a/b/c", "a.b", "d", "*"), (True, False))]
PAIRS = [(one, other) for one, other in combinations(SINGLE, 2) if one.path != other.path]
CALLS = st.lists(st.sampled_from([*((one,) for one in SINGLE), *PAIRS]), max_size=12)


def turns(accesses: list[tuple[Access, ...]]) -> list[Turn]:
    return [Turn(key, one) for key, one in enumerate(accesses, start=1)]


def must_wait(line: list[Turn]) -> dict[int, set[int]]:
    """By definition: for each call the earlier ones that conflict with it, and those that these wait for."""
    full: dict[int, set[int]] = {}
    for position, turn in enumerate(line):
        direct = {other.key for other in line[:position] if conflict(turn.accesses, other.accesses)}
        full[turn.key] = direct.union(*(full[key] for key in direct))
    return full


def closures(waits: dict[int, set[int]]) -> dict[int, set[int]]:
    return {key: closure(waits, key) for key in waits}


def as_sets(waits: dict[int, list[int]]) -> dict[int, set[int]]:
    return {key: set(others) for key, others in waits.items()}


@given(CALLS)
def test_reduced_edges_hold_the_whole_order(accesses: list[tuple[Access, ...]]) -> None:
    line = turns(accesses)
    assert closures(as_sets(plan([], line))) == must_wait(line)


@given(CALLS, st.integers(0, 12))
def test_a_batch_in_two_submits_has_the_same_order(accesses: list[tuple[Access, ...]], cut: int) -> None:
    line = turns(accesses)
    assert plan([], line[:cut]) | plan(line[:cut], line[cut:]) == plan([], line)


@given(CALLS)
def test_no_edge_follows_from_the_others(accesses: list[tuple[Access, ...]]) -> None:
    line = turns(accesses)
    waits = as_sets(plan([], line))
    touching = {turn.key: turn.accesses for turn in line}
    for others in waits.values():
        for near in others:
            assert not any(far in others and conflict(touching[near], touching[far]) for far in waits[near])


@given(CALLS, st.randoms(use_true_random=False))
def test_the_order_holds_whichever_calls_leave_it(accesses: list[tuple[Access, ...]], chance: Random) -> None:
    line = turns(accesses)
    waits, expected = as_sets(plan([], line)), must_wait(line)
    for gone in chance.sample(list(waits), len(waits)):
        edges = waits.pop(gone)
        waits = {key: hand_on(edges, others, gone) if gone in others else others for key, others in waits.items()}
        expected = {key: others - {gone} for key, others in expected.items() if key != gone}
        assert closures(waits) == expected


def test_a_queue_of_edits_of_one_file_is_a_line() -> None:
    line = turns([(Access("a", writes=True),)] * 40)
    waits = plan([], line)
    assert sum(map(len, waits.values())) == 39
    assert all(waits[later.key] == [earlier.key] for earlier, later in pairwise(line))


def test_readers_wait_for_the_writer_and_the_next_writer_for_all_of_them() -> None:
    write, read = (Access("a", writes=True),), (Access("a", writes=False),)
    assert plan([], turns([write, read, read, write])) == {1: [], 2: [1], 3: [1], 4: [2, 3]}


def test_what_a_call_waits_for_is_named_oldest_first() -> None:
    line = turns([(Access("a", writes=True),), (Access("b", writes=True),), (Access("*", writes=True),)])
    assert plan([], line)[3] == [1, 2]
