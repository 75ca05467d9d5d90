"""The tool calls that are measured. None waits for another: each writes a small file of its own, or none at all."""

import json
from typing import Any

WAITING, COMPUTING = "waiting", "computing"
TURN_TOOL = "workers.trial.turn"
CONTENT = """\
export function greet{number}(name: string): string {{
  const words = ["Hello", name].join(", ");
  return `${{words}}!`;
}}

export const greeting{number} = greet{number}("world");
"""


def write_call(number: int) -> dict[str, Any]:
    """One `os-write`, as OpenAI's chat API gives a call."""
    arguments = {"file_path": f"src/greet{number}.ts", "content": CONTENT.format(number=number)}
    function = {"name": "os-write", "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": function}


def turn_body(number: int, manner: str, seconds: float = 600) -> bytes:
    """The body of a submit of one call that works in small pieces, with a checkpoint after each."""
    call = {"id": f"call_{number}", "name": "turn-over", "arguments": {"seconds": seconds, "manner": manner}}
    return json.dumps({"tool_calls": [call]}).encode()


def call_path(app: str, number: int) -> str:
    return f"{submit_path(app, 'm1')}/call_{number}"


def submit_path(app: str, message: str) -> str:
    return f"/v1/apps/{app}/messages/{message}/tool-calls"


def submit_body(numbers: range) -> bytes:
    """The body of a submit of these calls."""
    return json.dumps({"tool_calls": [write_call(number) for number in numbers]}).encode()
