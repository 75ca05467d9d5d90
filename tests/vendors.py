"""The vendors' own Python packages as judges: what their APIs take, and what their clients make of a stream."""

from functools import cache
from typing import Any

import anthropic
import openai
from anthropic.types import MessageParam
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from tests.model import Answer, Model

CONVERSATION: dict[str, Any] = {"openai": list[ChatCompletionMessageParam], "anthropic": list[MessageParam]}


def assert_fits(kind: Any, value: Any) -> None:
    """A value must be of a type to the letter: what it has besides, validation drops, and the comparison misses."""
    assert _unrolled(_adapter(kind).validate_python(value, strict=True)) == value


def heard(form: str, answer: Answer) -> dict[str, Any]:
    """The assistant's message that the vendor's own client makes of a stream."""
    with Model([answer]) as model:
        return {"openai": _hear_openai, "anthropic": _hear_anthropic}[form](model.url)


def _hear_openai(url: str) -> dict[str, Any]:
    with (
        openai.OpenAI(base_url=url, api_key="none") as client,
        client.chat.completions.stream(model="any", messages=[]) as stream,
    ):
        return stream.get_final_completion().choices[0].message.to_dict()


def _hear_anthropic(url: str) -> dict[str, Any]:
    with (
        anthropic.Anthropic(base_url=url.removesuffix("/v1"), api_key="none") as client,
        client.messages.stream(model="any", messages=[], max_tokens=1) as stream,
    ):
        return stream.get_final_message().to_dict()


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _unrolled(value: Any) -> Any:
    """What pydantic validates lazily (an Iterable) is validated here."""
    if isinstance(value, dict):
        return {name: _unrolled(one) for name, one in value.items()}
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_unrolled(one) for one in value]
