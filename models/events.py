"""The kinds of events that clients may see, each as the entry of an app's log that carries it. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.call import Call
from models.jsontext import encode
from models.message import Message


@dataclass(frozen=True)
class Entry:
    """An event on its way. `subject` names what it is the newest word on (empty: nothing, every entry counts).

    An entry is refused by the log when a newer one of its subject was told: a lower `version`, or at the same version a
    lower `progress`, or, unless the entry is `live`, the same version again. A live entry may be replaced, while a
    reader lags, by a newer live one of its subject. With `since` (the version up to which all is known to have been told)
    it is held back while a version before it, or for a live entry its own, was never told; -1: no version need be.
    """

    app_id: str
    kind: str
    message_id: str
    data: bytes
    subject: str = ""
    version: int = 0
    progress: float = 0.0
    live: bool = False
    since: int = -1


@dataclass(frozen=True)
class CallMoved:
    """A call changed its status, stage or attempt."""

    call: Call

    def entry(self) -> Entry:
        call = self.call
        subject, data = subject_of(call.message_id, call.id), encode(call.state())
        return Entry(
            call.app_id,
            "tool_call",
            call.message_id,
            data,
            subject,
            call.version,
            call.progress,
            since=call.announced,
        )


@dataclass(frozen=True)
class CallProgressed:
    """A running stage reported progress (0-100, of the whole call)."""

    call: Call
    progress: float
    note: str | None

    def entry(self) -> Entry:
        detail = {"note": self.note} if self.note else {}
        call = replace(self.call, progress=self.progress, detail=detail)
        return replace(CallMoved(call).entry(), live=True)


@dataclass(frozen=True)
class LinesLogged:
    """A stage wrote lines of output."""

    call: Call
    lines: Sequence[str]

    def entry(self) -> Entry:
        call = self.call
        data: dict[str, Any] = {"message_id": call.message_id, "tool_call_id": call.id, "attempt": call.attempt}
        data |= {"stage": call.stage_name, "lines": list(self.lines), "traceparent": call.traceparent}
        return Entry(call.app_id, "log", call.message_id, encode(data))


@dataclass(frozen=True)
class MessageTurned:
    """A message became running or idle."""

    message: Message

    def entry(self) -> Entry:
        message = self.message
        data = {"message_id": message.id, "status": message.status, "counts": message.counts}
        return Entry(message.app_id, "message", message.id, encode(data), f"{message.id}//", message.version)


@dataclass(frozen=True)
class FlowGrew:
    """The conversation of a message went on: text, or calls."""

    message: Message

    def entry(self) -> Entry:
        message = self.message
        data = {"message_id": message.id, "flow": message.flow}
        return Entry(message.app_id, "flow", message.id, encode(data), f"{message.id}//flow", message.parts)


Fact = CallMoved | CallProgressed | LinesLogged | MessageTurned | FlowGrew


def subject_of(message_id: str, call_id: str) -> str:
    """What a call's events are the newest word on."""
    return f"{message_id}/{call_id}"
