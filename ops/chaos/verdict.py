"""The judgement of a run: everything that the database shows to be wrong after it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from models.database import Store
from models.tables import tool_calls
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
    with store.read() as tx:
        found = tx.execute(select(tool_calls.c.status, func.count()).group_by(tool_calls.c.status)).all()
    return {str(status): count for status, count in sorted(found)}
