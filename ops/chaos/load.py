"""The client that submits, as a careful one does: the same batch again until there is an answer."""

import random
import threading
from contextlib import closing

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from models.database import Store
from models.lifecycle import UNFINISHED
from models.tables import tool_calls
from ops.chaos.diary import Diary
from ops.chaos.workload import Asked, Workload
from ops.client import Client
from ops.errors import OpsError
from ops.local.stack import Stack

PATIENCE_SECONDS = 10.0
TRIES = 240
MOST_OPEN = 60
PAUSE_SECONDS = 0.4


class Load:
    """Submits until it is told to stop. `known` are the calls that were accepted, oldest first."""

    def __init__(self, stack: Stack, store: Store, chance: random.Random, diary: Diary) -> None:
        self._stack = stack
        self._store = store
        self._workload = Workload(chance)
        self._diary = diary
        self.known: list[Asked] = []

    def run(self, stopping: threading.Event) -> None:
        with closing(Client(self._stack.url, self._stack.key, tries=TRIES, patience=PATIENCE_SECONDS)) as client:
            while not stopping.wait(PAUSE_SECONDS):
                if self._open() < MOST_OPEN:
                    self._submit(client, self._workload.batch())

    def _submit(self, client: Client, batch: list[Asked]) -> None:
        first = batch[0]
        path = f"/v1/apps/{first.app}/messages/{first.message}/tool-calls"
        try:
            client.json("POST", path, {"tool_calls": [one.entry for one in batch]})
        except OpsError as error:
            self._diary.fault(f"a submit was refused: {error}")
            return
        self.known += batch
        for _ in batch:
            self._diary.did("calls accepted")

    def _open(self) -> int:
        query = select(func.count()).where(tool_calls.c.status.in_(UNFINISHED))
        try:
            with self._store.read() as tx:
                return int(tx.execute(query).scalar_one())
        except SQLAlchemyError:
            # The database's connections are among what is broken here.
            return MOST_OPEN
