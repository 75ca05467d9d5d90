"""A message: its counts, its conversation, its calls; and what adding to it takes and answers."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from gateway.spec.call import CallState
from gateway.spec.model import AppId, CallId, Count, Instant, MessageId, Model

MessageStatus = Literal["running", "idle"]


class Counts(Model):
    """How many of the message's calls stand at each status; the system's own are left out."""

    total: Count
    queued: Count
    running: Count
    pausing: Count
    paused: Count
    cancelling: Count
    succeeded: Count
    failed: Count
    cancelled: Count


class FlowText(Model):
    """The model's words."""

    type: Literal["text"]
    text: str


class FlowCalls(Model):
    """Tool calls that were submitted without text between them."""

    type: Literal["tool_calls"]
    ids: list[CallId]


Flow = list[Annotated[FlowText | FlowCalls, Field(discriminator="type")]]


class Links(Model):
    """Where the message is, as paths on this gateway."""

    self: str
    events: str
    results: str


class MessageSummary(Model):
    """A message without its calls."""

    message_id: MessageId
    app_id: AppId
    status: MessageStatus
    title: str | None = Field(description="The first line that the model said; null while it has said nothing.")
    counts: Counts
    variant: Literal["enhanced", "basic"] | None = Field(
        description="How its calls are run; null while there are none."
    )
    created_at: Instant
    started_at: Instant | None = Field(description="When the first of its calls began to run.")
    finished_at: Instant | None = Field(description="When the last of its calls ended; null while one has not.")


class MessageState(MessageSummary):
    """A message with its conversation, in order, and the states of its calls."""

    flow: Flow
    tool_calls: list[CallState]
    links: Links


class MessagesPage(Model):
    """A page of an app's messages, newest first."""

    messages: list[MessageSummary]
    next: str | None = Field(description="The next page's `before`; null on the last page.")


class AppSummary(Model):
    """An app, and how many of its messages are running."""

    app_id: AppId
    created_at: Instant
    running: Count


class AppsPage(Model):
    """A page of apps, newest first."""

    apps: list[AppSummary]
    next: str | None = Field(description="The next page's `before`; null on the last page.")


class Submitted(Model):
    """The submitted calls' states, in the order given. They are durable."""

    message_id: MessageId
    tool_calls: list[CallState]
    links: Links


class Steered(Model):
    """The calls that a control of their message was for."""

    message_id: str
    tool_calls: list[CallState]


class TextRequest(Model):
    """The model's words, to stand where the conversation is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "I will add a heading first."}]})

    text: str = Field(min_length=1)

    @field_validator("text")
    @classmethod
    def _storable(cls, text: str) -> str:
        # PostgreSQL keeps no NUL in text.
        return text.replace("\0", "\ufffd")


class TextAdded(Model):
    """The conversation with the text that was added."""

    message_id: MessageId
    flow: Flow
