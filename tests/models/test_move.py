"""Every version of a call has its move, and what nobody announced can be told later, in order."""

from sqlalchemy import select, update

from broker.outbox import now
from models.call import Call
from models.database import Store
from models.lifecycle import Move
from models.move import COLUMNS, make_move, untold
from models.stage import advance
from models.tables import call_moves, tool_calls
from tests.core.calls import ERROR, add, complete, edit, give_up, take


def live(store: Store) -> list[int]:
    """Four lives: one that succeeds after a wait, one that fails, one that is refused, one that goes on. Gives their keys."""
    with store.write() as tx:
        first, second, third, fourth = add(
            tx, edit("a", "x"), edit("b", "x"), edit("c", "y", error=ERROR), edit("d", "z")
        ).calls
    complete(store, first.key)
    complete(store, second.key)
    claimed = take(store, fourth.key)
    assert claimed is not None
    with store.write() as tx:
        advance(tx, claimed, None, {}, at=now())
    other = take(store, fourth.key, stage=1)
    assert other is not None
    give_up(store, other)
    return [first.key, second.key, third.key, fourth.key]


def history(store: Store, key: int) -> list[tuple[int, str, str]]:
    columns = call_moves.c.version, call_moves.c.move, call_moves.c.status
    with store.read() as tx:
        query = select(*columns).where(call_moves.c.call_key == key).order_by(call_moves.c.version)
        return [(version, move, status) for version, move, status in tx.execute(query)]


def newest(store: Store, keys: list[int]) -> list[Call]:
    with store.read() as tx:
        query = select(*COLUMNS).where(tool_calls.c.key.in_(keys)).order_by(tool_calls.c.key)
        return [Call.of(row) for row in tx.execute(query).mappings()]


def test_every_version_has_exactly_one_move(store: Store) -> None:
    keys = live(store)
    for call in newest(store, keys):
        told = history(store, call.key)
        assert [version for version, _, _ in told] == list(range(1, call.version + 1))
        assert told[-1][2] == call.status


def test_moves_say_what_happened(store: Store) -> None:
    keys = live(store)
    assert [[move for _, move, _ in history(store, key)] for key in keys] == [
        ["accept", "start", "succeed"],
        ["accept", "release", "start", "succeed"],
        ["refuse"],
        ["accept", "start", "advance", "fail"],
    ]


def test_all_that_nobody_announced_comes_in_order_and_as_it_was(store: Store) -> None:
    keys = live(store)
    with store.write() as tx:
        tx.execute(update(tool_calls).values(announced=0))
    calls = newest(store, keys)
    with store.read() as tx:
        told = untold(tx, calls)
    for call in calls:
        mine = [one for one in told if one.key == call.key]
        assert [(one.version, one.status) for one in mine] == [
            (version, status) for version, _, status in history(store, call.key)
        ]
        assert mine[-1] == call
        assert all(one.result is None and one.finished_at is None for one in mine[:-1])
    assert [(one.waiting_for, one.started_at is None) for one in told if one.id == "b"][:3] == [
        (["a"], True),
        ([], True),
        ([], False),
    ]


def test_what_was_announced_is_not_told_again(store: Store) -> None:
    keys = live(store)
    with store.write() as tx:
        tx.execute(update(tool_calls).values(announced=tool_calls.c.version - 2))
    calls = newest(store, [keys[1]])
    with store.read() as tx:
        assert [one.version for one in untold(tx, calls)] == [3, 4]


def test_calls_that_stand_elsewhere_do_not_move(store: Store) -> None:
    with store.write() as tx:
        first, second = add(tx, edit("a", "x"), edit("b", "y")).calls
    take(store, first.key)
    with store.write() as tx:
        moved = make_move(tx, Move.CANCEL, {"key": second.key}, at=now())
        moved += make_move(tx, Move.START, {"app_id": "demo"}, at=now())
    assert [(call.id, call.status) for call in moved] == [("b", "cancelled")]
