"""The example agent, run as a newcomer runs it: against a Toolreel of its own and a model that streams."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ops.bootstrap import ROOT
from ops.local.stack import Stack
from tests.model import Answer, Model, recorded
from tests.vendors import CONVERSATION, assert_fits, heard
from tests.wait import wait_until

AGENT = ROOT / "docs" / "examples" / "agent.py"
FORMATS = ("openai", "anthropic")
PAGE = """<!doctype html>
<html lang="en">
  <head>
    <title>Tasks</title>
    <link rel="stylesheet" href="styles.css">
  </head>
  <body>
    <h1>Today’s tasks</h1>
    <p>Small steps.\u2028Every day.</p>
    <ul id="tasks"></ul>
  </body>
</html>
"""


def run(stack: Stack, model: Model, app: str, form: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"MODEL": "any", "MODEL_URL": model.url, "MODEL_KEY": "none"}
    given |= {"TOOLREEL_URL": stack.url, "TOOLREEL_API_KEY": stack.key, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(AGENT), "--format", form, "--app", app, "Build a to-do list"]
    settings = {**os.environ, **given, **environment}
    return subprocess.run(command, env=settings, capture_output=True, encoding="utf-8", timeout=90)


def calls_of(toolreel: httpx.Client, app: str) -> dict[str, dict[str, Any]]:
    answer = toolreel.get(f"/v1/apps/{app}/tool-calls").raise_for_status()
    return {call["id"]: call for call in answer.json()["tool_calls"]}


def has_succeeded(toolreel: httpx.Client, app: str, id_: str) -> bool:
    return calls_of(toolreel, app).get(id_, {}).get("status") == "succeeded"


def without_extras(message: dict[str, Any]) -> dict[str, Any]:
    """What a vendor's client heard, less what only its own classes have."""
    kept = {name: message[name] for name in ("role", "content", "tool_calls") if message.get(name) or name == "content"}
    for call in kept.get("tool_calls", []):
        del call["index"], call["function"]["parsed_arguments"]
    return kept


@pytest.mark.parametrize("form", FORMATS)
def test_an_agent_builds_an_app_and_its_calls_run_while_the_model_still_streams(
    stack: Stack, toolreel: httpx.Client, app: str, form: str
) -> None:
    def hold(id_: str) -> None:
        wait_until(lambda: has_succeeded(toolreel, app, id_), f"{id_} to succeed", 30)

    with Model(recorded(form), hold) as model:
        done = run(stack, model, app, form)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == [
        "I'll start with the page and its styles.",
        "→ Write index.html",
        "→ Write styles.css",
    ]
    assert toolreel.get(f"/v1/apps/{app}/files/index.html").content.decode() == PAGE
    states = sorted(calls_of(toolreel, app).values(), key=lambda call: (call["submitted_at"], call["index"]))
    assert model.held == [state["id"] for state in states[:2]]
    assert [state["status"] for state in states] == ["succeeded", "succeeded", "failed", "succeeded", "succeeded"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_model_gets_the_conversation_that_its_vendor_takes(
    stack: Stack, toolreel: httpx.Client, app: str, form: str
) -> None:
    with Model(recorded(form)) as model:
        assert run(stack, model, app, form).returncode == 0
    assert len(model.asked) == 4
    last: list[dict[str, Any]] = []
    for _, body in model.asked:
        assert body["messages"][: len(last)] == last
        last = body["messages"]
        assert_fits(CONVERSATION[form], last)
        assert (body["model"], body["stream"]) == ("any", True)
        assert body["tools"] == toolreel.get(f"/v1/tools?format={form}").json()["tools"]
    said = [message for message in last if message["role"] == "assistant"]
    assert said == [without_extras(heard(form, answer)) for answer in recorded(form)[:3]]
    assert "The text is not at those lines" in json.dumps(last)


@pytest.mark.parametrize("form", FORMATS)
def test_words_stand_before_the_calls_that_the_model_made_after_them(
    stack: Stack, toolreel: httpx.Client, app: str, form: str
) -> None:
    with Model(recorded(form)) as model:
        assert run(stack, model, app, form).returncode == 0
    turns = [turn["message_id"] for turn in toolreel.get(f"/v1/apps/{app}/messages").json()["messages"]]
    flows = [toolreel.get(f"/v1/apps/{app}/messages/{turn}").json()["flow"] for turn in reversed(turns)]
    assert [[part["type"] for part in flow] for flow in flows] == [
        ["text", "tool_calls"],
        ["text", "tool_calls"],
        ["tool_calls"],
        ["text"],
    ]
    assert flows[0][0]["text"] == "I'll start with the page and its styles."


def with_ids_everywhere(stream: bytes) -> bytes:
    """As servers do that name the call in every chunk, and give no index."""
    lines, id_ = [], b""
    for line in stream.split(b"\n"):
        if named := re.search(rb'"id":"(call_\w+)"', line):
            id_ = named[1]
        lines.append(re.sub(rb'\{"index":\d,"function":', b'{"id":"%b","type":"function","function":' % id_, line))
    return b"\n".join(lines)


def with_thoughts(stream: bytes) -> bytes:
    """As a model does that thinks before it speaks; its thoughts must come back to it as they were."""
    thoughts = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "", "signature": ""},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "A page, "}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "then styles."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "EqQBCg=="}},
        {"type": "content_block_stop", "index": 0},
    ]
    start, rest = stream.split(b"\n\n", 1)
    return b"\n\n".join([start, *(b"data: " + json.dumps(thought).encode() for thought in thoughts), rest])


OTHERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "lines that end in CRLF": ("openai", lambda stream: stream.replace(b"\n", b"\r\n")),
    "no space after data:": ("openai", lambda stream: stream.replace(b"data: ", b"data:")),
    "comments between": ("openai", lambda stream: stream.replace(b"\n\n", b"\n\n: PROCESSING\n\n")),
    "ids everywhere": ("openai", with_ids_everywhere),
    "thoughts": ("anthropic", with_thoughts),
}


@pytest.mark.parametrize("other", OTHERS)
def test_streams_of_other_servers_and_models_are_read_as_well(
    stack: Stack, toolreel: httpx.Client, app: str, other: str
) -> None:
    form, changed = OTHERS[other]
    turns = [(status, changed(stream)) for status, stream in recorded(form)]
    with Model(turns) as model:
        done = run(stack, model, app, form)
    assert (done.returncode, done.stderr) == (0, "")
    assert toolreel.get(f"/v1/apps/{app}/files/index.html").content.decode() == PAGE
    last = model.asked[-1][1]["messages"]
    assert_fits(CONVERSATION[form], last)
    if other == "thoughts":
        thought = {"type": "thinking", "thinking": "A page, then styles.", "signature": "EqQBCg=="}
        assert last[1]["content"][0] == thought


def error(status: int, text: str) -> Answer:
    return status, json.dumps({"error": {"message": text, "type": "invalid_request_error"}}).encode()


def cut(form: str) -> Answer:
    """The vendor's way to say, in the middle of a stream, that it cannot go on."""
    _, stream = recorded(form)[0]
    broken = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    return 200, b"\n\n".join([*stream.split(b"\n\n")[:6], b"data: " + json.dumps(broken).encode(), b""])


@pytest.mark.parametrize("form", FORMATS)
def test_the_agent_ends_with_the_words_of_a_model_that_refuses(stack: Stack, app: str, form: str) -> None:
    with Model([error(401, "Incorrect API key provided")]) as model:
        done = run(stack, model, app, form)
    assert done.returncode == 1
    assert "401" in done.stderr and "Incorrect API key provided" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_the_agent_ends_when_the_model_fails_in_the_middle(stack: Stack, app: str, form: str) -> None:
    with Model([cut(form)]) as model:
        done = run(stack, model, app, form)
    assert done.returncode == 1
    assert "Overloaded" in done.stderr and "Traceback" not in done.stderr


def test_the_agent_ends_with_the_words_of_a_toolreel_that_refuses(stack: Stack, app: str) -> None:
    with Model([]) as model:
        done = run(stack, model, app, "openai", TOOLREEL_API_KEY="tr_wrong")
    assert done.returncode == 1
    assert '"unauthorized"' in done.stderr and "Traceback" not in done.stderr


def test_the_agent_says_which_settings_are_missing(app: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MODEL", "TOOLREEL_"))}
    done = subprocess.run([sys.executable, AGENT, "Hi"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "set MODEL, MODEL_KEY, TOOLREEL_API_KEY in the environment" in done.stderr


def test_the_agent_is_short_and_clean() -> None:
    assert len(AGENT.read_text().splitlines()) < 100
    for check in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *check, str(AGENT)], check=True, cwd=ROOT, capture_output=True)
