"""Plays the recorded turn: submits it as a model would, and follows the events until every call has ended."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ops.client import Client
from ops.demo.board import Board
from ops.demo.feed import Event, Feed
from ops.demo.screen import Screen
from ops.demo.turn import Part
from ops.errors import OpsError

FRAME_SECONDS = 0.04
PATIENCE_SECONDS = 60.0


@dataclass
class Timing:
    """When the first and the last event of a call came, in seconds since the first calls were sent."""

    first_event: float | None = None
    last_event: float = 0.0


@dataclass
class Play:
    """One playing of a turn into an app."""

    client: Client
    feed: Feed
    screen: Screen
    app: str
    board: Board = field(default_factory=Board)
    timing: Timing = field(default_factory=Timing)
    _begun: float | None = None

    def run(self, messages: Sequence[Sequence[Part]]) -> None:
        """Submit each message when the calls of the one before have ended: a model needs their results to go on."""
        for message in messages:
            for part in message:
                self._submit(part)
                self._follow(0)
            self._settle(message)

    def _submit(self, part: Part) -> None:
        path = f"/v1/apps/{self.app}/messages/{part.message_id}"
        if part.text:
            self.screen.say(part.text)
            self.client.json("POST", f"{path}/text", {"text": part.text})
        if self._begun is None:
            self._begun = time.monotonic()
        self.client.json("POST", f"{path}/tool-calls", {"tool_calls": [call.entry for call in part.calls]})

    def _settle(self, message: Sequence[Part]) -> None:
        """Follow until every call of the message has ended. Raises OpsError when nothing happens any more."""
        ids = [call.id for part in message for call in part.calls]
        heard = time.monotonic()
        while waiting := self.board.unfinished(ids):
            if self._follow(FRAME_SECONDS):
                heard = time.monotonic()
            if time.monotonic() - heard > PATIENCE_SECONDS:
                raise OpsError(
                    f"nothing happened for {PATIENCE_SECONDS:g} s; these have not ended: {', '.join(waiting)}"
                )
        self.screen.settle(self.board, message[0].message_id, self._since(time.monotonic()))

    def _follow(self, seconds: float) -> bool:
        events = self.feed.take(seconds)
        for event in events:
            self._take(event)
        self.screen.show(self.board, self._since(time.monotonic()))
        return bool(events)

    def _take(self, event: Event) -> None:
        at = self._since(event.at)
        if event.kind == "tool_call":
            self.timing.first_event = at if self.timing.first_event is None else self.timing.first_event
            self.timing.last_event = at
        for row in self.board.apply(event.kind, event.data, at):
            self.screen.tell(self.board, row, at)

    def _since(self, at: float) -> float:
        return at - (at if self._begun is None else self._begun)
