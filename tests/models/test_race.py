"""The races at the app's row: no edge and no wake-up is missed, whoever comes first."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

from sqlalchemy import Connection, func, select

from models.call import Call
from models.database import Store
from models.files import blob_of, store_blobs
from models.move import COLUMNS
from models.outcome import Outcome
from models.settings import Settings
from models.stage import Claim
from models.submit import NewCall, Submission
from models.tables import blobs, call_waits, tool_calls
from models.turn import lock_app
from models.write import replace_tree, write_file
from tests.core.calls import CAP, add, claim_last, edit, finish, give_up
from tests.core.together import beside, is_stuck, together
from tests.wait import wait_until


def submitting(store: Store, *calls: NewCall, message: str = "m1") -> Submission:
    with store.write() as tx:
        return add(tx, *calls, message=message)


def committing(store: Store, claimed: Claim) -> Outcome:
    with store.write() as tx:
        outcome = finish(tx, claimed, {claimed.call.id: b"1"})
    assert outcome is not None
    return outcome


def rows(store: Store) -> dict[str, Call]:
    with store.read() as tx:
        calls = [Call.of(row) for row in tx.execute(select(*COLUMNS).order_by(tool_calls.c.seq)).mappings()]
    return {call.id: call for call in calls}


def edges(store: Store) -> set[tuple[int, int]]:
    with store.read() as tx:
        return {(call, other) for call, other in tx.execute(select(call_waits))}


def test_the_second_of_two_submits_sees_the_first(store: Store) -> None:
    first, second = beside(
        store, lambda tx: add(tx, edit("a", "x")), partial(submitting, store, edit("b", "x"), message="m2")
    )
    assert first.calls[0].seq == 1
    assert (second.calls[0].seq, second.calls[0].waiting_for, second.outcome.ready) == (2, ["a"], [])


def test_submits_from_many_threads_are_numbered_without_gaps(store: Store) -> None:
    for round in range(3):
        batch = [[edit(f"{round}-{thread}-{number}", "x") for number in range(3)] for thread in range(4)]
        together(*(partial(submitting, store, *calls) for calls in batch))
    line = list(rows(store).values())
    assert [call.seq for call in line] == list(range(1, 37))
    assert [call.index for call in line] == list(range(36))
    assert edges(store) == {(later.key, earlier.key) for earlier, later in pairwise(line)}
    assert sum(call.dispatched_at is not None for call in line) == 1


def test_an_app_that_two_submits_make_at_once_is_one(store: Store) -> None:
    for number in range(5):
        actions = [partial(submit_to, store, f"app-{number}", f"c{which}") for which in range(3)]
        assert sorted(submission.calls[0].seq for submission in together(*actions)) == [1, 2, 3]


def submit_to(store: Store, app: str, id: str) -> Submission:
    with store.write() as tx:
        return add(tx, edit(id, "x"), app=app)


def test_a_submit_beside_a_last_commit_waits_for_nobody_who_has_ended(store: Store) -> None:
    (call,) = submitting(store, edit("a", "x")).calls
    claimed = claim_last(store, call.key)
    _, later = beside(store, lambda tx: finish(tx, claimed), partial(submitting, store, edit("b", "x")))
    assert later.calls[0].waiting_for == []
    assert [call.id for call in later.outcome.ready] == ["b"]


def test_a_last_commit_beside_a_submit_sets_its_call_free(store: Store) -> None:
    (call,) = submitting(store, edit("a", "x")).calls
    claimed = claim_last(store, call.key)
    later, outcome = beside(store, lambda tx: add(tx, edit("b", "x")), partial(committing, store, claimed))
    assert (later.calls[0].waiting_for, later.outcome.ready) == (["a"], [])
    assert [call.id for call in outcome.ready] == ["b"]
    assert rows(store)["b"].waiting_for == []


def two_before_one(store: Store) -> tuple[Claim, Claim]:
    one, two, _ = submitting(store, edit("a", "x"), edit("b", "y"), edit("both", "x", "y")).calls
    return claim_last(store, one.key, "one"), claim_last(store, two.key, "two")


def test_of_two_that_end_together_the_second_sets_the_waiting_call_free(store: Store) -> None:
    one, two = two_before_one(store)
    first, second = beside(store, partial(finish_in, one), partial(committing, store, two))
    assert (first.ready, [call.id for call in second.ready]) == ([], ["both"])
    waiter = rows(store)["both"]
    assert (waiter.version, waiter.waiting_for, edges(store)) == (2, [], set())


def finish_in(claimed: Claim, tx: Connection) -> Outcome:
    outcome = finish(tx, claimed)
    assert outcome is not None
    return outcome


def test_calls_that_end_at_once_dispatch_each_waiting_call_once(store: Store) -> None:
    before = [edit(f"a{number}", f"{number}") for number in range(4)]
    after = [edit(f"z{number}", *(f"{place}" for place in range(number + 1))) for number in range(4)]
    calls = submitting(store, *before, *after).calls
    claims = [claim_last(store, call.key, call.id) for call in calls[:4]]
    outcomes = together(*(partial(committing, store, claimed) for claimed in claims))
    assert [call.id for outcome in outcomes for call in outcome.ready] == ["z0"]
    line = rows(store)
    assert [line[f"z{number}"].waiting_for for number in range(4)] == [[], ["z0"], ["z1"], ["z2"]]


def test_the_share_of_an_app_holds_when_calls_end_at_once(store: Store) -> None:
    calls = submitting(store, *(edit(f"c{number}", f"{number}") for number in range(CAP + 6))).calls
    claims = [claim_last(store, call.key, call.id) for call in calls[:4]]
    outcomes = together(*(partial(committing, store, claimed) for claimed in claims))
    ready = [call.id for outcome in outcomes for call in outcome.ready]
    assert sorted(ready) == sorted(f"c{number}" for number in range(CAP, CAP + 4))


def test_a_message_becomes_idle_once_when_its_calls_end_at_once(store: Store) -> None:
    calls = submitting(store, *(edit(f"c{number}", f"{number}") for number in range(4))).calls
    claims = [claim_last(store, call.key, call.id) for call in calls]
    outcomes = together(
        partial(committing, store, claims[0]), *(partial(give_up, store, claimed) for claimed in claims[1:])
    )
    idle = [message for outcome in outcomes if outcome for message in outcome.messages]
    assert [(message.status, message.version, message.counts["succeeded"]) for message in idle] == [("idle", 2, 1)]


def test_two_who_store_the_same_contents_do_not_stand_in_each_others_way(store: Store) -> None:
    contents = [b"%d" % number for number in range(50)]
    keep_all = partial(keep, store)
    together(partial(keep_all, contents), partial(keep_all, contents[::-1]), partial(keep_all, contents[25:]))
    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(blobs)).scalar_one() == 50


def keep(store: Store, contents: list[bytes]) -> None:
    with store.write() as tx:
        store_blobs(tx, contents)


def test_a_file_written_over_http_beside_a_last_commit_of_the_same_content_waits_in_no_circle(store: Store) -> None:
    begun = threading.Event()

    def write() -> None:
        begun.set()
        with store.write() as tx:
            write_file(tx, "demo", "other", b"1", at=1.0, settings=Settings())

    submitting(store, edit("a", "x"))
    with ThreadPoolExecutor(1) as pool:
        with store.write() as tx:
            # What a runner's last commit does, with the other between its two steps.
            store_blobs(tx, [b"1"])
            writing = pool.submit(write)
            wait_until(lambda: begun.is_set() and is_stuck(store, writing), "the other to wait")
            lock_app(tx, "demo", 1.0)
        writing.result(30)


def test_a_tree_is_replaced_beside_a_submit_or_not_at_all(store: Store) -> None:
    store_blobs_of = {"new": blob_of(b"1")}
    keep(store, [b"1"])

    def replace(tx: Connection) -> dict[str, int]:
        return replace_tree(tx, "demo", store_blobs_of, at=1.0, settings=Settings())

    versions, submission = beside(store, replace, partial(submitting, store, edit("a", "x")))
    assert versions == {"new": 1}
    assert submission.calls[0].seq == 2
