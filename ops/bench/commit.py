"""What one small transaction costs on the database of a stack, with nothing around it."""

import time
from contextlib import closing

from sqlalchemy import update

from models.database import Store
from models.tables import apps
from ops.bench.figures import milliseconds


def commit_times(url: str, app: str, count: int) -> list[float]:
    """Milliseconds of transactions that each change one row: the app's, to what it was."""
    with closing(Store(url)) as store:
        return milliseconds(_commit(store, app) for _ in range(count))


def _commit(store: Store, app: str) -> int:
    begun = time.monotonic_ns()
    with store.write() as tx:
        tx.execute(update(apps).where(apps.c.id == app).values(next_seq=apps.c.next_seq))
    return time.monotonic_ns() - begun
