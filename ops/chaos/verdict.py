"""The judgement of a run: everything that the database shows to be wrong after it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, func, select

from models.database import Store
from models.tables import call_moves, tool_calls
from ops.chaos.effects import wrong_files
from ops.chaos.history import wrong_calls, wrong_rows
from ops.chaos.workload import APPS, Asked


def judge(store: Store, accepted: Sequence[Asked]) -> list[str]:
    """A sentence for each thing that is wrong."""
    # Some of the connections may have been cut.
    store.engine.dispose()
    with store.read() as tx:
        wrong = [*wrong_calls(tx, accepted), *wrong_rows(tx)]
        for app in APPS:
            wrong += wrong_files(tx, app)
    return wrong


def ended_as(store: Store) -> dict[str, int]:
    """How many calls ended how."""
    return _counts(store, tool_calls.c.status)


def moves_made(store: Store) -> dict[str, int]:
    """How often each move was made: it shows what was hit."""
    return _counts(store, call_moves.c.move)


def _counts(store: Store, column: Column[Any]) -> dict[str, int]:
    with store.read() as tx:
        return {str(value): count for value, count in tx.execute(select(column, func.count()).group_by(column))}
