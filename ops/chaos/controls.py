"""The people who steer: pause, resume, cancel and retry of calls and messages at random, mostly where they change something."""

import json
import random
import threading
from contextlib import closing
from http.client import HTTPException
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.database import Store
from models.lifecycle import Status
from models.tables import tool_calls
from ops.chaos.diary import Diary
from ops.chaos.load import PATIENCE_SECONDS, Load
from ops.client import Client
from ops.local.stack import Stack

PAUSE_SECONDS = 0.1
RECENT = 50
FOR_MESSAGES = ("pause", "resume", "resume", "resume", "cancel")
MESSAGES_SHARE = 0.04
AIMED_SHARE = 0.75
AIMS = {
    "pause": (Status.RUNNING,),
    "resume": (Status.PAUSING, Status.PAUSED),
    "cancel": (Status.RUNNING, Status.PAUSING, Status.PAUSED),
    "retry": (Status.FAILED, Status.CANCELLED),
}
# A control comes as often as it stands here: paused calls hold up those behind them, and cancelled ones run no more.
FOR_CALLS = ("pause",) * 5 + ("resume",) * 6 + ("cancel",) * 2 + ("retry",) * 2
ANSWERED = {
    "pause": {"pausing", "paused"},
    "resume": {"queued", "running"},
    "cancel": {"cancelling", "cancelled"},
    "retry": {"queued", "running", "pausing", "paused", "cancelling"},
}


class Place(NamedTuple):
    """Where a call is."""

    app: str
    message: str
    id: str


class Controls:
    """Steers until it is told to stop."""

    def __init__(self, stack: Stack, store: Store, load: Load, chance: random.Random, diary: Diary) -> None:
        self._stack = stack
        self._store = store
        self._load = load
        self._chance = chance
        self._diary = diary

    def run(self, stopping: threading.Event) -> None:
        with closing(Client(self._stack.url, self._stack.key, patience=PATIENCE_SECONDS)) as client:
            while not stopping.wait(PAUSE_SECONDS):
                control = self._chance.choice(FOR_CALLS)
                aimed = self._chance.random() < AIMED_SHARE
                places = self._at(AIMS[control]) if aimed else [Place(*one.place) for one in self._load.known[-RECENT:]]
                if places:
                    self._steer(client, control, self._chance.choice(places))

    def _at(self, statuses: tuple[Status, ...]) -> list[Place]:
        """The newest calls that stand at one of these."""
        columns = tool_calls.c.app_id, tool_calls.c.message_id, tool_calls.c.id
        query = select(*columns).where(tool_calls.c.status.in_(statuses)).order_by(tool_calls.c.key.desc())
        try:
            with self._store.read() as tx:
                return [Place(*row) for row in tx.execute(query.limit(RECENT))]
        except SQLAlchemyError:
            # The database's connections are among what is broken here.
            return []

    def _steer(self, client: Client, control: str, call: Place) -> None:
        path = f"/v1/apps/{call.app}/messages/{call.message}"
        if self._chance.random() < MESSAGES_SHARE:
            self._ask(client, f"{path}/{self._chance.choice(FOR_MESSAGES)}")
            return
        answer = self._ask(client, f"{path}/tool-calls/{call.id}/{control}")
        if answer is not None and answer["status"] not in ANSWERED[control]:
            self._diary.fault(f"{control} of {'/'.join(call)} was acknowledged as {answer['status']}")

    def _ask(self, client: Client, path: str) -> Any:
        """The answer's JSON when the control was accepted."""
        try:
            status, body = client.exchange("POST", path)
        except (OSError, HTTPException):
            self._diary.did("controls unanswered")
            return None
        if status == 202:
            self._diary.did("controls accepted")
            return json.loads(body)
        if status not in (409, 503):
            self._diary.fault(f"{path} answered {status}: {body[:300].decode(errors='replace')}")
        self._diary.did("controls refused")
        return None
