"""The tools that live workers offer, as the models' APIs take them."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.answer import Json
from gateway.context import Gateway, gateway_of, in_thread
from models.declaration import Declaration
from models.errors import Malformed


async def list_tools(request: Request) -> Response:
    """The live tools with their JSON Schemas."""
    form = request.query_params.get("format", "openai")
    if form not in FORMATS:
        raise Malformed(f"format must be one of {', '.join(FORMATS)}")
    return Json({"tools": [FORMATS[form](tool) for tool in await in_thread(_live, gateway_of(request))]})


def _live(gateway: Gateway) -> list[Declaration]:
    declared, live = gateway.catalog.declared(), gateway.catalog.live()
    return [declared[name] for name in sorted(declared.keys() & live)]


def _description(tool: Declaration) -> str:
    return "\n\n".join(text for text in (tool.summary, tool.description) if text)


def _openai(tool: Declaration) -> dict[str, Any]:
    function = {"name": tool.name, "description": _description(tool), "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _openai_responses(tool: Declaration) -> dict[str, Any]:
    return {
        "type": "function",
        "name": tool.name,
        "description": _description(tool),
        "parameters": tool.parameters,
        "strict": False,
    }


def _anthropic(tool: Declaration) -> dict[str, Any]:
    return {"name": tool.name, "description": _description(tool), "input_schema": tool.parameters}


def _plain(tool: Declaration) -> dict[str, Any]:
    return {
        "name": tool.name,
        "summary": tool.summary,
        "description": tool.description,
        "parameters": tool.parameters,
        "stages": [stage.name for stage in tool.stages],
        "until": [stage.until for stage in tool.stages],
        "queue": tool.queue,
        "pausable": tool.pausable,
    }


FORMATS: dict[str, Callable[[Declaration], dict[str, Any]]] = {
    "openai": _openai,
    "openai-responses": _openai_responses,
    "anthropic": _anthropic,
    "plain": _plain,
}
