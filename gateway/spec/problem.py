"""Problem details (RFC 9457): every answer that says no."""

from typing import Any

from pydantic import ConfigDict, Field

from gateway.spec.call import CallState
from gateway.spec.model import Model

EXAMPLE: dict[str, Any] = {
    "type": "malformed",
    "title": "The request is malformed",
    "status": 400,
    "detail": "1 of 2 entries are no tool calls, so none was accepted: /tool_calls/1/name must be the tool's name",
    "errors": [{"index": 1, "pointer": "/tool_calls/1/name", "detail": "must be the tool's name"}],
}


class Problem(Model):
    """Why a request was refused."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: str = Field(pattern="^[a-z]+(-[a-z]+)*$", description="A stable slug to decide by.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="A sentence for people.")
    errors: list[dict[str, Any]] = Field(
        default_factory=list,
        description="The single entries that are wrong, or in the way: with a JSON `pointer` into the body and a `detail`, "
        "with the `index` of a submitted call, or with the `message_id` and `tool_call_id` that a write waits for.",
    )
    tool_call: CallState | None = Field(None, description="For a control that comes too late: the call as it stands.")
