"""What the README tells a newcomer to do works as it stands there."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from ops.bootstrap import ROOT
from ops.client import Client
from ops.local.stack import Stack

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_tool_in_the_readme_runs(tmp_path: Path) -> None:
    (tmp_path / "shout.py").write_text(blocks("python")[0])
    environment = {"TOOLREEL_TOOLS": "shout", "PYTHONPATH": str(tmp_path)}
    with Stack(tmp_path / "data", only=("gateway", "files"), environment=environment) as stack:
        client = Client(stack.url, stack.key)
        calls = [
            {"id": "c1", "name": "os-write", "arguments": {"file_path": "a.txt", "content": "hello"}},
            {"id": "c2", "name": "shout", "arguments": {"file_path": "a.txt"}},
        ]
        client.json("POST", "/v1/apps/demo/messages/m1/tool-calls", {"tool_calls": calls})
        message = client.json("GET", "/v1/apps/demo/messages/m1?wait=30")
        assert [call["status"] for call in message["tool_calls"]] == ["succeeded", "succeeded"], message
        assert client.read("GET", "/v1/apps/demo/files/a.txt") == b"HELLO"
        assert "shout" in [tool["name"] for tool in client.json("GET", "/v1/tools?format=plain")["tools"]]
        client.close()


def test_the_curl_lines_in_the_readme_work(sqlite_stack: Stack) -> None:
    shown = blocks("sh")
    submit, results = (block for block in shown if "tool_calls" in block or "results" in block)
    submitted = run(submit, sqlite_stack)
    assert json.loads(submitted)["tool_calls"][0]["name"] == "os-write"
    assert '"role":"tool"' in run(results, sqlite_stack)
    assert "print(1)" in run(results, sqlite_stack)
    (words,) = (block for block in shown if "Idempotency-Key" in block)
    assert run(words, sqlite_stack) == run(words, sqlite_stack)
    (token,) = (block for block in shown if "v1/tokens" in block)
    assert json.loads(run(token, sqlite_stack))["grants"] == ["control", "watch"]
    (pause,) = (block for block in shown if "/pause" in block)
    assert json.loads(run(pause, sqlite_stack))["type"] == "already-final"


def run(block: str, stack: Stack) -> str:
    key = str(stack.folder.path / "api-key")
    script = block.replace("http://127.0.0.1:8000", stack.url).replace(".toolreel/api-key", key)
    if "KEY=" not in script:
        script = f"KEY=$(cat {key})\n{script}"
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, timeout=60)
    if done.returncode == 127:
        pytest.skip("there is no curl here")
    assert done.returncode == 0, done.stderr
    return done.stdout
