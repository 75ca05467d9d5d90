"""Reads the events of a `text/event-stream` answer whose data are JSON objects. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def read_events(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Each event's data; its `type` is the event's name where the data say none. Raises ValueError for what is no JSON object.

    The stream's form: https://html.spec.whatwg.org/multipage/server-sent-events.html. `[DONE]`, which some servers send
    at the end, is left out.
    """
    name, data = "", []
    for line in _lines(chunks):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not line:
            if data and data != ["[DONE]"]:
                yield {"type": name} | _object("\n".join(data))
            name, data = "", []


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    waiting: list[bytes] = []
    for chunk in chunks:
        # A line of a picture has megabytes: its pieces are joined once, when it is whole.
        first, *others = chunk.split(b"\n")
        waiting.append(first)
        for piece in others:
            yield b"".join(waiting).removesuffix(b"\r").decode()
            waiting = [piece]


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("an event's data are no JSON object")
    return value
