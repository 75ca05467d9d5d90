"""Cancelling calls that do not run: they wait for nothing any more, and those behind them are not held up."""

from broker.outbox import now
from models.call import Call
from models.control import control_call
from models.database import Store
from models.lifecycle import Status
from models.steering import Control
from tests.core.calls import CAP, add, edit


def test_a_call_that_was_cancelled_while_it_waited_waits_for_nothing(store: Store) -> None:
    with store.write() as tx:
        first, second, third = add(tx, edit("a", "x"), edit("b", "x"), edit("c", "x")).calls
    assert cancel(store, second).waiting_for == []
    assert cancel(store, first).waiting_for == []
    with store.write() as tx:
        (freed,) = control_call(tx, Control.PAUSE, third, at=now(), cap=CAP).calls
    assert freed.waiting_for == []


def cancel(store: Store, call: Call) -> Call:
    with store.write() as tx:
        (cancelled,) = control_call(tx, Control.CANCEL, call, at=now(), cap=CAP).calls
    assert cancelled.status is Status.CANCELLED
    return cancelled
