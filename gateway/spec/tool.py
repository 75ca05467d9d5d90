"""The tools that live workers offer, in the four shapes that models' APIs take."""

from typing import Any, Literal

from pydantic import Field

from gateway.spec.model import Model

Parameters = dict[str, Any]


class OpenaiFunction(Model):
    """A function as OpenAI's chat completions take it."""

    name: str
    description: str
    parameters: Parameters = Field(description="A JSON Schema (2020-12) of the arguments.")


class OpenaiTool(Model):
    """A tool for OpenAI's chat completions."""

    type: Literal["function"]
    function: OpenaiFunction


class OpenaiResponsesTool(Model):
    """A tool for OpenAI's responses."""

    type: Literal["function"]
    name: str
    description: str
    parameters: Parameters
    strict: bool


class AnthropicTool(Model):
    """A tool for Anthropic's messages."""

    name: str
    description: str
    input_schema: Parameters


class PlainTool(Model):
    """A tool as Toolreel has it."""

    name: str
    summary: str
    description: str
    parameters: Parameters
    stages: list[str]
    until: list[float] = Field(description="The progress of a call, from 0 to 100, when each of its stages is done.")
    queue: str
    pausable: Literal["anywhere", "step", "no"]


class Tools(Model):
    """The tools, sorted by name, in the format that was asked for."""

    tools: list[OpenaiTool] | list[OpenaiResponsesTool] | list[AnthropicTool] | list[PlainTool]
