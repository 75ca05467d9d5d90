"""What the guide beside the examples tells to do works as it stands there."""

import json
import re
import subprocess
from typing import Any

import httpx
from openai.types.chat import ChatCompletionMessage, ChatCompletionMessageFunctionToolCall
from openai.types.chat.chat_completion_message_function_tool_call import Function

from ops.bootstrap import ROOT
from ops.local.stack import Stack
from tests.program import needs

GUIDE = (ROOT / "docs" / "examples" / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def run(stack: Stack, block: str) -> str:
    needs("curl")
    key = str(stack.folder.path / "api-key")
    script = block.replace("http://127.0.0.1:8000", stack.url).replace(".toolreel/api-key", key)
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_curl_lines_are_a_turn_of_an_agent(stack: Stack) -> None:
    tools, speak, results, events, token = (block for block in blocks("sh") if "curl" in block)
    assert {tool["function"]["name"] for tool in json.loads(run(stack, tools))["tools"]} >= {"os-write", "os-view"}
    assert run(stack, speak).count('"links"') == 2
    told = json.loads(run(stack, results))
    assert (told["status"], [result["tool_call_id"] for result in told["results"]]) == ("idle", ["call_1", "call_2"])
    assert "Created index.html" in told["results"][0]["content"]
    assert "line 1" in told["results"][1]["content"]
    stream = run(stack, events)
    assert "event: snapshot" in stream and stream.endswith('event: end\ndata: {"reason":"idle"}\n\n')
    assert json.loads(run(stack, token))["grants"] == ["watch"]


def test_an_app_builder_that_moved_has_its_results(toolreel: httpx.Client, app: str) -> None:
    (after,) = blocks("python")
    arguments = json.dumps({"file_path": "a.txt", "content": "hello"})
    call = ChatCompletionMessageFunctionToolCall(
        id="call_1", type="function", function=Function(name="os-write", arguments=arguments)
    )
    messages: list[dict[str, Any]] = []
    message = ChatCompletionMessage(role="assistant", content=None, tool_calls=[call])
    given = {"toolreel": toolreel, "message": message, "messages": messages, "project_id": app, "message_id": "m1"}
    exec(compile(after, "README.md", "exec"), given)
    assert [(result["tool_call_id"], result["role"]) for result in messages] == [("call_1", "tool")]
    assert toolreel.get(f"/v1/apps/{app}/files/a.txt").content == b"hello"


def test_the_guide_names_the_settings_that_the_agent_reads() -> None:
    agent = (ROOT / "docs" / "examples" / "agent.py").read_text()
    read = set(re.findall(r'"((?:MODEL|TOOLREEL)(?:_[A-Z_]+)?)"', agent)) | set(re.findall(r"'(\w+_KEY)'", agent))
    assert set(re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)) == read
