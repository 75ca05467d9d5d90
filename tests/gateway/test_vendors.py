"""What the vendors' own classes hold is taken as it is, and what is given back is of the vendors' own types."""

from collections.abc import Callable
from typing import Any

import pytest
from anthropic.types import (
    MessageParam,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolParam,
    ToolResultBlockParam,
)
from openai.types.chat import (
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
)
from openai.types.chat.chat_completion_message_custom_tool_call import Custom
from openai.types.responses import (
    FunctionToolParam,
    ResponseInputParam,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
)
from openai.types.responses.response_input_item_param import FunctionCallOutput
from pydantic import BaseModel

from gateway.tools import FORMATS as TOOL_FORMATS
from models.lifecycle import Move
from models.move import make_move
from models.turn import lock_app, settle
from tests.gateway.conftest import AT, Scene
from tests.gateway.turns import CALLS, DUMPS
from tests.model import recorded
from tests.vendors import assert_fits, heard
from workers.discovery import find_tools

ERROR = {"type": "tool-failed", "title": "The tool could not do this", "detail": "no ink", "retryable": False}

RESULTS: dict[str, Any] = {
    "openai": ChatCompletionToolMessageParam,
    "openai-responses": FunctionCallOutput,
    "anthropic": ToolResultBlockParam,
}
TOOLS: dict[str, Any] = {
    "openai": ChatCompletionToolParam,
    "openai-responses": FunctionToolParam,
    "anthropic": ToolParam,
}
REPLY_TO: dict[str, Callable[[list[Any], list[Any]], tuple[Any, Any]]] = {
    "openai": lambda calls, results: (
        list[ChatCompletionMessageParam],
        [{"role": "assistant", "content": None, "tool_calls": calls}, *results],
    ),
    "openai-responses": lambda calls, results: (ResponseInputParam, [*calls, *results]),
    "anthropic": lambda calls, results: (
        list[MessageParam],
        [{"role": "assistant", "content": calls}, {"role": "user", "content": results}],
    ),
}


def cancel(scene: Scene, app: str, id_: str) -> None:
    """End a queued call as a person's cancel does."""
    with scene.gateway.store.write() as tx:
        lock_app(tx, app, AT)
        (ended,) = make_move(tx, Move.CANCEL, {"app_id": app, "id": id_}, at=AT, finished_at=AT)
        settle(tx, ended, at=AT, cap=8)


def end_all(scene: Scene, app: str) -> None:
    """The first call succeeds, the second fails, the third is cancelled."""
    scene.finish(app, "m1", "call_1", {"text": "Created a.txt."})
    scene.fail(app, "m1", "call_2", ERROR)
    cancel(scene, app, "call_3")


def read_results(scene: Scene, app: str, form: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.client.get(f"/v1/apps/{app}/messages/m1/results?format={form}").json()[
        "results"
    ]
    return found


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.parametrize("form", CALLS)
def test_calls_of_a_vendors_class_are_taken_as_they_are_dumped(scene: Scene, app: str, form: str, dump: str) -> None:
    answer = scene.submit(app, "m1", *CALLS[form](DUMPS[dump]))
    assert answer.status_code == 202, answer.text
    found = [(state["id"], state["status"], state["title"]) for state in answer.json()["tool_calls"]]
    assert found == [
        ("call_1", "queued", "Write a.txt"),
        ("call_2", "queued", "Draw a flat logo"),
        ("call_3", "queued", "Draw a flat logo"),
    ]


@pytest.mark.parametrize("form", CALLS)
def test_results_are_of_the_vendors_type_also_of_calls_that_failed_or_were_cancelled(
    scene: Scene, app: str, form: str
) -> None:
    calls = CALLS[form](DUMPS["to_dict"])
    scene.submit(app, "m1", *calls).raise_for_status()
    end_all(scene, app)
    results = read_results(scene, app, form)
    assert len(results) == 3
    for result in results:
        assert_fits(RESULTS[form], result)
    assert_fits(*REPLY_TO[form](calls, results))


@pytest.mark.parametrize("form", CALLS)
def test_every_result_names_its_call_and_says_how_it_ended(scene: Scene, app: str, form: str) -> None:
    scene.submit(app, "m1", *CALLS[form](DUMPS["to_dict"])).raise_for_status()
    end_all(scene, app)
    results = read_results(scene, app, form)
    name = {"openai": "tool_call_id", "openai-responses": "call_id", "anthropic": "tool_use_id"}[form]
    words = {"openai": "content", "openai-responses": "output", "anthropic": "content"}[form]
    assert [result[name] for result in results] == ["call_1", "call_2", "call_3"]
    assert [result[words] for result in results] == [
        "Created a.txt.",
        "The tool could not do this: no ink",
        "The tool call was cancelled before it took effect; it has changed nothing.",
    ]
    if form == "anthropic":
        assert [result["is_error"] for result in results] == [False, True, True]


@pytest.mark.parametrize("form", ["openai", "anthropic"])
def test_what_a_vendors_client_gathers_from_a_stream_is_taken_as_it_is(scene: Scene, app: str, form: str) -> None:
    message = heard(form, recorded(form)[0])
    calls = message.get("tool_calls") or [one for one in message["content"] if one["type"] == "tool_use"]
    answer = scene.submit(app, "m1", *calls)
    assert answer.status_code == 202, answer.text
    assert [state["title"] for state in answer.json()["tool_calls"]] == ["Write index.html", "Write styles.css"]


@pytest.mark.parametrize("form", TOOLS)
def test_tools_are_offered_in_the_vendors_type(scene: Scene, form: str) -> None:
    offered = scene.client.get(f"/v1/tools?format={form}").json()["tools"]
    assert len(offered) == 3
    for tool in offered:
        assert_fits(TOOLS[form], tool)


@pytest.mark.parametrize("form", TOOLS)
def test_the_tools_that_come_with_toolreel_are_of_the_vendors_types(form: str) -> None:
    for tool in find_tools().values():
        assert_fits(TOOLS[form], TOOL_FORMATS[form](tool.declaration))


CUSTOM = ChatCompletionMessageCustomToolCall(id="call_9", type="custom", custom=Custom(name="grep", input="x"))
WORDS = ResponseOutputMessage(
    id="msg_1",
    type="message",
    role="assistant",
    status="completed",
    content=[ResponseOutputText(type="output_text", text="Hi", annotations=[])],
)
NO_CALLS: list[BaseModel] = [
    CUSTOM,
    WORDS,
    ResponseReasoningItem(id="rs_1", type="reasoning", summary=[]),
    TextBlock(type="text", text="Hi"),
    ThinkingBlock(type="thinking", thinking="Hm", signature="x"),
    ServerToolUseBlock(type="server_tool_use", id="srvtoolu_1", name="web_search", input={"query": "x"}),
]


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.parametrize("other", NO_CALLS, ids=lambda other: type(other).__name__)
def test_what_a_model_says_beside_its_calls_is_refused_by_its_place_and_type(
    scene: Scene, app: str, other: BaseModel, dump: str
) -> None:
    answer = scene.submit(app, "m1", *CALLS["openai"](DUMPS[dump]), DUMPS[dump](other))
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    (error,) = answer.json()["errors"]
    assert (error["index"], error["pointer"]) == (3, "/tool_calls/3/type")
    assert all(kind in error["detail"] for kind in ("function", "function_call", "tool_use", "leave out text"))
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").status_code == 404
