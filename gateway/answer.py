"""The JSON that we answer with."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from models.jsontext import encode


class Json(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return encode(content)


def accepted(content: Mapping[str, Any]) -> Json:
    """What was asked for is stored, and goes on after this answer."""
    return Json(content, 202)
