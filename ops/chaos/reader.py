"""A page that watches an app all the time: it reconnects with `Last-Event-ID`, and its view must never go back."""

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

from ops.chaos.diary import Diary
from ops.local.stack import Stack

SILENCE_SECONDS = 6.0
PAUSE_SECONDS = 0.3

View = dict[tuple[str, str], dict[str, Any]]


class Reader:
    """`view` is the state of each call that the page knows, by message and id.

    An app's snapshot names the unfinished calls: the page knows no more of the others than that they have ended.
    """

    def __init__(self, stack: Stack, app: str, diary: Diary) -> None:
        self._stack = stack
        self._app = app
        self._diary = diary
        self._last = ""
        self._versions: dict[tuple[str, str], int] = {}
        self.view: View = {}

    def run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                self._read(stopping)
            except (OSError, http.client.HTTPException, ValueError):
                self._diary.did("streams broken")
            stopping.wait(PAUSE_SECONDS)

    def _read(self, stopping: threading.Event) -> None:
        """Read one stream until it breaks. A line that is cut off in the middle is a ValueError."""
        connection = http.client.HTTPConnection(urlsplit(self._stack.url).netloc, timeout=SILENCE_SECONDS)
        headers = {"Authorization": f"Bearer {self._stack.key}"} | ({"Last-Event-ID": self._last} if self._last else {})
        try:
            connection.request("GET", f"/v1/apps/{self._app}/events", headers=headers)
            answer = connection.getresponse()
            block: dict[str, str] = {}
            while not stopping.is_set() and (line := answer.readline()):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name and value:
                    block[name] = value
                elif line == b"\n":
                    self._take(block)
                    block = {}
        finally:
            connection.close()

    def _take(self, block: dict[str, str]) -> None:
        self._last = block.get("id", self._last)
        data = json.loads(block.get("data", "{}"))
        if block.get("event") == "snapshot":
            self._diary.did(f"snapshots ({data['reason']})")
            self.view = {}
            for state in data["tool_calls"]:
                self._see(state, "a snapshot")
        elif block.get("event") == "tool_call":
            self._see(data, "an event")

    def _see(self, state: dict[str, Any], where: str) -> None:
        place, version = (state["message_id"], state["id"]), state["version"]
        if version < (before := self._versions.get(place, 0)):
            what = f"{self._app}/{'/'.join(place)} went back from version {before} to {version} ({state['status']})"
            self._diary.fault(f"{where} with id {self._last}: {what}")
        self._versions[place] = version
        self.view = self.view | {place: state}
