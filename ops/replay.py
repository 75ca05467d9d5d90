"""Plays recorded tool calls through a gateway and compares what comes out with what was recorded."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ops.client import Client
from ops.progress import Progress
from ops.recording import Message, differences, tree_of

SETTLE_SECONDS = 600.0
Play = Callable[[Sequence[Message], Progress], None]


@dataclass
class Outcome:
    """What came of a replay: a line for each call that did not succeed and for each file that is not as recorded."""

    messages: int = 0
    calls: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.failures and not self.wrong

    def figures(self) -> str:
        rate = self.calls / self.seconds if self.seconds else 0.0
        return (
            f"{self.messages} messages, {self.calls} calls in {self.seconds:.1f} s ({rate:.1f}/s), "
            f"{len(self.failures)} not succeeded, {len(self.wrong)} wrong files"
        )


class Replay:
    """A replay into one app."""

    def __init__(self, client: Client, app: str) -> None:
        self._client = client
        self._app = app
        self._outcome = Outcome()

    def step(self, messages: Sequence[Message]) -> Outcome:
        """Submit each message when the one before is idle, and compare the files after each."""
        return self._timed(messages, self._step)

    def flood(self, messages: Sequence[Message]) -> Outcome:
        """Submit all messages at once, as fast as the gateway takes them, and compare the files at the end."""
        return self._timed(messages, self._flood)

    def _timed(self, messages: Sequence[Message], play: Play) -> Outcome:
        begun = time.monotonic()
        progress = Progress(len(messages))
        play(messages, progress)
        progress.clear()
        self._outcome.seconds = time.monotonic() - begun
        return self._outcome

    def _step(self, messages: Sequence[Message], progress: Progress) -> None:
        for message in messages:
            self._submit(message)
            self._settle(message)
            self._compare(message)
            progress.advance(message.message_id)

    def _flood(self, messages: Sequence[Message], progress: Progress) -> None:
        for message in messages:
            self._submit(message)
        for message in messages:
            self._settle(message)
            progress.advance(message.message_id)
        if messages:
            self._compare(messages[-1])

    def _submit(self, message: Message) -> None:
        self._client.json("POST", f"{self._path(message)}/tool-calls", {"tool_calls": message.tool_calls})
        self._outcome.messages += 1
        self._outcome.calls += len(message.tool_calls)

    def _settle(self, message: Message) -> None:
        """Wait until a message is idle, and note its calls that did not succeed."""
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            state = self._client.json("GET", f"{self._path(message)}?wait=30")
            if state["status"] == "idle":
                self._outcome.failures += shortcomings(message, state["tool_calls"])
                return
        self._outcome.failures.append(f"{message.message_id} is not idle after {SETTLE_SECONDS:g} s")

    def _compare(self, message: Message) -> None:
        if message.tree is None:
            return
        found = tree_of(self._client.read("GET", f"/v1/apps/{self._app}/archive"))
        self._outcome.wrong += [f"{message.message_id}: {line}" for line in differences(found, message.tree)]

    def _path(self, message: Message) -> str:
        return f"/v1/apps/{self._app}/messages/{message.message_id}"


def shortcomings(message: Message, states: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each of the message's calls that did not succeed, and one if their number is not right."""
    calls = [state for state in states if state.get("origin") != "system"]
    lines = [
        f"{message.message_id} {call['id']} {call['name']}: {call['status']} {(call.get('error') or {}).get('detail', '')}"
        for call in calls
        if call["status"] != "succeeded"
    ]
    if len(calls) != len(message.tool_calls):
        lines.append(f"{message.message_id} has {len(calls)} calls, {len(message.tool_calls)} were submitted")
    return lines
