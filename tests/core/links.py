"""Links as they lie in a queue of the broker."""

import base64
from typing import Any, NamedTuple

import orjson
import redis


class Link(NamedTuple):
    """A stage on its way to a worker, as it lies in a queue, and the names of the tasks that follow it."""

    task: str
    id: str
    arguments: list[int]
    rest: tuple[str, ...]
    body: Any
    headers: dict[str, Any]


def take_links(client: redis.Redis, queue: str = "files") -> list[Link]:
    """All the links that wait in a queue, oldest first; they leave it."""
    found = []
    while raw := client.rpop(f"cel:{queue}"):
        found.append(_link(raw))
    return found


def _link(raw: bytes) -> Link:
    message = orjson.loads(raw)
    body = orjson.loads(base64.b64decode(message["body"]))
    rest = tuple(link["task"] for link in reversed(body[2]["chain"] or ()))
    return Link(message["headers"]["task"], message["headers"]["id"], body[0], rest, body, message["headers"])
