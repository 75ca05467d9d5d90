"""One assistant's turn, a write and two logos, in the classes of each vendor's Python package."""

from collections.abc import Callable
from typing import Any

from anthropic.types import DirectCaller, Message, TextBlock, ToolUseBlock, Usage
from openai.types.chat import ChatCompletionMessage, ChatCompletionMessageFunctionToolCall
from openai.types.chat.chat_completion_message_function_tool_call import Function
from openai.types.responses import ResponseFunctionToolCall
from pydantic import BaseModel

WRITE = '{"file_path": "a.txt", "content": "x"}'
FLAT = '{"style": "flat"}'

Dump = Callable[[BaseModel], dict[str, Any]]
DUMPS: dict[str, Dump] = {
    "model_dump": lambda item: item.model_dump(),
    "model_dump in JSON mode": lambda item: item.model_dump(mode="json"),
    "to_dict": lambda item: item.to_dict(),  # type: ignore[attr-defined]
    "to_dict in JSON mode": lambda item: item.to_dict(mode="json"),  # type: ignore[attr-defined]
}


def function(id_: str, name: str, arguments: str) -> ChatCompletionMessageFunctionToolCall:
    called = Function(name=name, arguments=arguments)
    return ChatCompletionMessageFunctionToolCall(id=id_, type="function", function=called)


def openai(dump: Dump) -> list[dict[str, Any]]:
    calls = [function("call_1", "os-write", WRITE), function("call_2", "logo", FLAT), function("call_3", "logo", FLAT)]
    message = ChatCompletionMessage(role="assistant", content=None, tool_calls=list(calls))
    found: list[dict[str, Any]] = dump(message)["tool_calls"]
    return found


def item(number: int, name: str, arguments: str) -> ResponseFunctionToolCall:
    call_id, own = f"call_{number}", f"fc_{number}"
    return ResponseFunctionToolCall(
        type="function_call", id=own, call_id=call_id, name=name, arguments=arguments, status="completed"
    )


def openai_responses(dump: Dump) -> list[dict[str, Any]]:
    return [dump(item(1, "os-write", WRITE)), dump(item(2, "logo", FLAT)), dump(item(3, "logo", FLAT))]


def block(id_: str, name: str, given: dict[str, object]) -> ToolUseBlock:
    return ToolUseBlock(type="tool_use", id=id_, name=name, input=given, caller=DirectCaller(type="direct"))


def anthropic(dump: Dump) -> list[dict[str, Any]]:
    message = Message(
        id="msg_1",
        type="message",
        role="assistant",
        model="any",
        content=[
            TextBlock(type="text", text="First the file."),
            block("call_1", "os-write", {"file_path": "a.txt", "content": "x"}),
            block("call_2", "logo", {"style": "flat"}),
            block("call_3", "logo", {"style": "flat"}),
        ],
        stop_reason="tool_use",
        usage=Usage(input_tokens=1, output_tokens=1),
    )
    return [one for one in dump(message)["content"] if one["type"] == "tool_use"]


CALLS = {"openai": openai, "openai-responses": openai_responses, "anthropic": anthropic}
