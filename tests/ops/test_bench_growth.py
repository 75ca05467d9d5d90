"""What the bench fills stores with: calls like those that ran, beside which new ones are submitted as ever."""

from sqlalchemy import func, select

from models.call import Call
from models.database import Store
from models.tables import call_moves, messages, tool_calls
from ops.bench.fill import EACH_MESSAGE, fill
from tests.core.calls import add, claim_last, edit, finish
from tests.core.fixtures import postgres, postgres_store, sqlite, sqlite_store, store

__all__ = ["postgres", "postgres_store", "sqlite", "sqlite_store", "store"]

CALLS, APPS = 60, 3


def test_a_filled_store_has_finished_calls_in_messages_of_ten_spread_over_apps(store: Store) -> None:
    template = filled(store)
    with store.read() as tx:
        rows = tx.execute(select(tool_calls).where(tool_calls.c.app_id != "template")).mappings().all()
        moves = tx.scalar(select(func.count()).select_from(call_moves))
        sizes = tx.execute(select(func.count()).select_from(tool_calls).group_by(tool_calls.c.message_key)).scalars()
        of_template = tx.scalar(select(func.count()).where(call_moves.c.call_key == template.key))
        held = {row.key: (row.app_id, row.id) for row in tx.execute(select(messages))}
        untold = (messages.c.announced < messages.c.version) & (messages.c.app_id != "template")
        unannounced = tx.execute(select(messages.c.key).where(untold)).all()
    assert of_template
    assert len(rows) == CALLS
    assert moves == of_template * (CALLS + 1)
    assert sorted(sizes) == [1] + [EACH_MESSAGE] * (CALLS // EACH_MESSAGE)
    assert {row["app_id"] for row in rows} == {"old-0", "old-1", "old-2"}
    assert {row["status"] for row in rows} == {"succeeded"}
    assert all(row["announced"] == row["version"] for row in rows)
    assert all(held[row["message_key"]] == (row["app_id"], row["message_id"]) for row in rows)
    assert not unannounced


def test_a_call_that_is_submitted_after_the_filling_comes_after_all_of_it(store: Store) -> None:
    filled(store)
    with store.write() as tx:
        (call,) = add(tx, edit("new", "x"), app="old-1").calls
    with store.read() as tx:
        mine = tx.execute(select(tool_calls.c.seq, tool_calls.c.key).where(tool_calls.c.key == call.key)).one()
        others = select(func.max(tool_calls.c.seq), func.max(tool_calls.c.key)).where(tool_calls.c.key != call.key)
        seq, key = tx.execute(others).one()
    assert mine.seq > seq
    assert mine.key > key
    assert call.waiting_for == []


def filled(store: Store) -> Call:
    """The call that the others are copies of."""
    with store.write() as tx:
        (call,) = add(tx, edit("one", "x"), app="template").calls
    claimed = claim_last(store, call.key)
    with store.write() as tx:
        assert finish(tx, claimed) is not None
    url = store.engine.url.render_as_string(hide_password=False)
    fill(url, "template", calls=CALLS, prefix="old-", apps=APPS)
    return call
