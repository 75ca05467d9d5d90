"""The people who steer: pause, resume, cancel and retry of calls and messages at random."""

import json
import random
import threading
from contextlib import closing
from http.client import HTTPException
from typing import Any

from ops.chaos.diary import Diary
from ops.chaos.load import PATIENCE_SECONDS, Load
from ops.chaos.workload import Asked
from ops.client import Client
from ops.local.stack import Stack

PAUSE_SECONDS = 0.12
RECENT = 50
FOR_CALLS = ("pause", "pause", "pause", "resume", "resume", "resume", "cancel", "retry", "retry")
FOR_MESSAGES = ("pause", "resume", "resume", "cancel")
ANSWERED = {
    "pause": {"pausing", "paused"},
    "resume": {"queued", "running"},
    "cancel": {"cancelling", "cancelled"},
    "retry": {"queued", "running", "pausing", "paused", "cancelling"},
}


class Controls:
    """Steers until it is told to stop."""

    def __init__(self, stack: Stack, load: Load, chance: random.Random, diary: Diary) -> None:
        self._stack = stack
        self._load = load
        self._chance = chance
        self._diary = diary

    def run(self, stopping: threading.Event) -> None:
        with closing(Client(self._stack.url, self._stack.key, patience=PATIENCE_SECONDS)) as client:
            while not stopping.wait(PAUSE_SECONDS):
                if self._load.known:
                    self._steer(client, self._chance.choice(self._load.known[-RECENT:]))

    def _steer(self, client: Client, call: Asked) -> None:
        path = f"/v1/apps/{call.app}/messages/{call.message}"
        if self._chance.random() < 0.15:
            self._ask(client, f"{path}/{self._chance.choice(FOR_MESSAGES)}")
            return
        control = self._chance.choice(FOR_CALLS)
        answer = self._ask(client, f"{path}/tool-calls/{call.id}/{control}")
        if answer is not None and answer["status"] not in ANSWERED[control]:
            self._diary.fault(f"{control} of {'/'.join(call.place)} was acknowledged as {answer['status']}")

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
