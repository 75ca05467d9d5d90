"""What the events of a stream carry, by the event's name."""

from typing import Any, Literal

from pydantic import Field

from gateway.spec.call import CallState
from gateway.spec.message import Counts, Flow, MessageStatus
from gateway.spec.model import AppId, CallId, MessageId, Model


class Preview(Model):
    """The state of an app's preview."""

    status: Literal["none", "provisioning", "building", "ready", "error"]
    url: str | None
    version: int | None
    error: Any


class _Snapshot(Model):
    app_id: AppId
    status: MessageStatus
    reason: Literal["open", "resync"] = Field(
        description="open: the stream begins; resync: events were missed, forget what you knew."
    )
    flow: Flow
    tool_calls: list[CallState]
    preview: Preview


class MessageSnapshot(_Snapshot):
    """All that is known of a message, which may not have begun."""

    message_id: MessageId


class MessageTurned(Model):
    """A message became running or idle."""

    message_id: MessageId
    status: MessageStatus
    counts: Counts


class MessageShown(MessageTurned):
    """A message as an app's snapshot has it: how it stands, and the conversation in it."""

    flow: Flow


class AppSnapshot(_Snapshot):
    """An app's newest messages, oldest first, and all of its unfinished calls."""

    messages: list[MessageShown] = Field(max_length=20)


class LinesLogged(Model):
    """Lines that a tool's process or the tool itself wrote."""

    message_id: MessageId
    tool_call_id: CallId
    attempt: int = Field(ge=1)
    stage: str | None
    lines: list[str]
    traceparent: str | None = Field(description="The W3C trace context that the call was submitted with.")


class FlowGrew(Model):
    """The conversation of a message as it is: text was added, or calls."""

    message_id: MessageId
    flow: Flow


class PreviewChanged(Preview):
    """The app's preview changed."""

    app_id: AppId


class StreamEnd(Model):
    """Why the server closes the stream."""

    reason: str = Field(
        pattern="^[a-z]+(-[a-z]+)*$",
        description="idle: all is told; slow-consumer, shutdown, overloaded, unavailable: reconnect with Last-Event-ID; "
        "token-expired: the same, with a fresh token.",
        examples=["idle"],
    )


LIVE: dict[str, type[Model]] = {
    "tool_call": CallState,
    "log": LinesLogged,
    "preview": PreviewChanged,
    "message": MessageTurned,
    "flow": FlowGrew,
}
