"""The tool calls that are measured: each writes a small file of its own, so that none waits for another."""

import json
from typing import Any

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


def submit_path(app: str, message: str) -> str:
    return f"/v1/apps/{app}/messages/{message}/tool-calls"


def submit_body(numbers: range) -> bytes:
    """The body of a submit of these calls."""
    return json.dumps({"tool_calls": [write_call(number) for number in numbers]}).encode()
