"""A whole agent: the model streams, Toolreel runs each tool call as it completes, the results go back, until it is done.

export MODEL=… MODEL_KEY=… TOOLREEL_API_KEY=…    # and MODEL_URL, TOOLREEL_URL for other places than the usual ones
python agent.py --format openai "Build a to-do list"    # or --format anthropic
"""

import argparse
import json
import sys
from collections.abc import Iterator
from os import environ, urandom

import httpx


def main() -> None:
    parser = argparse.ArgumentParser(description="An agent whose tool calls run in Toolreel.")
    parser.add_argument("--format", choices=["openai", "anthropic"], default="openai", help="what the model speaks")
    parser.add_argument("--app", default="demo", help="the app that the tools work on")
    parser.add_argument("prompt")
    given = parser.parse_args()
    if missing := {"MODEL", "MODEL_KEY", "TOOLREEL_API_KEY"} - environ.keys():
        parser.error(f"set {', '.join(sorted(missing))} in the environment")
    speak = openai if given.format == "openai" else anthropic
    url, key = environ.get("TOOLREEL_URL", "http://127.0.0.1:8000"), environ["TOOLREEL_API_KEY"]
    toolreel = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=90)
    tools = checked(toolreel.get(f"/v1/tools?format={given.format}")).json()["tools"]
    messages, calls = [{"role": "user", "content": given.prompt}], True
    while calls:
        turn, calls = f"/v1/apps/{given.app}/messages/{urandom(8).hex()}", False
        for number, part in enumerate(speak(messages, tools)):  # The model streams on while this part is handed on.
            path, headers = "text" if "text" in part else "tool-calls", {"Idempotency-Key": f"{turn}/{number}"}
            answer = checked(toolreel.post(f"{turn}/{path}", json=part, headers=headers)).json()
            print(part.get("text") or f"→ {answer['tool_calls'][0]['title']}")
            calls |= "tool_calls" in part
        done = {"status": "running"}
        while done["status"] == "running":  # A call that fails has a result too: words by which the model can go on.
            done = checked(toolreel.get(f"{turn}/results?format={given.format}&wait=60")).json()
        messages += done["results"] if speak is openai else [{"role": "user", "content": done["results"]}]


def openai(messages: list[dict], tools: list[dict]) -> Iterator[dict]:
    """A turn of the model: its words and its calls, each as soon as the next begins or the turn ends."""
    parts, told, call, headers = [], 0, {}, {"Authorization": f"Bearer {environ['MODEL_KEY']}"}
    for event in events("https://api.openai.com/v1", "/chat/completions", headers, messages, tools):
        for choice in event["choices"]:
            if words := choice["delta"].get("content"):
                if not parts or "text" not in parts[-1]:
                    parts.append({"text": ""})
                parts[-1]["text"] += words
            for piece in choice["delta"].get("tool_calls") or []:
                if piece.get("id") not in (None, "", call.get("id")):
                    call = {"id": piece["id"], "type": "function", "function": piece["function"] | {"arguments": ""}}
                    parts.append({"tool_calls": [call]})
                call["function"]["arguments"] += piece["function"].get("arguments") or ""
            complete = parts[told:] if choice.get("finish_reason") else parts[told:-1]
            told += len(complete)
            yield from complete
    words = "".join(part.get("text", "") for part in parts)
    calls = [call for part in parts for call in part.get("tool_calls", [])]
    messages.append({"role": "assistant", "content": words or None} | ({"tool_calls": calls} if calls else {}))


def anthropic(messages: list[dict], tools: list[dict]) -> Iterator[dict]:
    """A turn of the model: its words and its calls, each as soon as it is complete."""
    blocks, headers = [], {"x-api-key": environ["MODEL_KEY"], "anthropic-version": "2023-06-01"}
    for event in events("https://api.anthropic.com/v1", "/messages", headers, messages, tools, max_tokens=16_000):
        if event["type"] == "content_block_start":
            blocks.append(block := event["content_block"])
        elif event["type"] == "content_block_delta":
            block |= {name: block.get(name, "") + more for name, more in event["delta"].items() if name != "type"}
        elif event["type"] == "content_block_stop" and block.get("text"):
            yield {"text": block["text"]}
        elif event["type"] == "content_block_stop" and block["type"] == "tool_use":
            block["input"] = json.loads(block.pop("partial_json", "") or "{}")
            yield {"tool_calls": [block]}
    messages.append({"role": "assistant", "content": [block for block in blocks if block.get("text") != ""]})


def events(url: str, path: str, headers: dict, messages: list[dict], tools: list[dict], **more: int) -> Iterator[dict]:
    body = {"model": environ["MODEL"], "messages": messages, "tools": tools, "stream": True, **more}
    with httpx.stream("POST", environ.get("MODEL_URL", url) + path, headers=headers, json=body, timeout=600) as answer:
        rest = b""
        for chunk in checked(answer).iter_bytes():  # iter_lines would also break lines at a U+2028 within JSON.
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line.startswith(b"data:") and line[5:].strip() != b"[DONE]":
                    event = json.loads(line[5:])
                    if event.get("error"):
                        sys.exit(f"the model failed: {event['error']}")
                    yield event


def checked(answer: httpx.Response) -> httpx.Response:
    return answer if answer.is_success else sys.exit(f"{answer.url}: {answer.status_code} {answer.read().decode()}")


if __name__ == "__main__":
    main()
