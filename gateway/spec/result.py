"""Finished calls' results, in the four shapes that models' APIs take back."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from gateway.spec.call import CallError
from gateway.spec.message import MessageStatus
from gateway.spec.model import CallId, MessageId, Model
from models.lifecycle import Status


class OpenaiResult(Model):
    """A message for OpenAI's chat completions."""

    role: Literal["tool"]
    tool_call_id: CallId
    content: str


class OpenaiResponsesResult(Model):
    """An input item for OpenAI's responses."""

    type: Literal["function_call_output"]
    call_id: CallId
    output: str


class AnthropicResult(Model):
    """A content block for Anthropic's messages."""

    type: Literal["tool_result"]
    tool_use_id: CallId
    content: str
    is_error: bool


class PlainResult(Model):
    """A result as Toolreel has it."""

    id: CallId
    name: str
    status: Status
    result: dict[str, Any] | None
    error: CallError | None


class _Results(Model):
    message_id: MessageId
    status: MessageStatus = Field(description="While it is running, unfinished calls' results are missing.")


class OpenaiResults(_Results):
    """Results for OpenAI's chat completions, in submission order."""

    format: Literal["openai"]
    results: list[OpenaiResult]


class OpenaiResponsesResults(_Results):
    """Results for OpenAI's responses, in submission order."""

    format: Literal["openai-responses"]
    results: list[OpenaiResponsesResult]


class AnthropicResults(_Results):
    """Results for Anthropic's messages, in submission order."""

    format: Literal["anthropic"]
    results: list[AnthropicResult]


class PlainResults(_Results):
    """Results as Toolreel has them, in submission order."""

    format: Literal["plain"]
    results: list[PlainResult]


class Results(
    RootModel[
        Annotated[
            OpenaiResults | OpenaiResponsesResults | AnthropicResults | PlainResults, Field(discriminator="format")
        ]
    ]
):
    """The finished calls' results in the format that was asked for. A failed or cancelled call is a result too."""
