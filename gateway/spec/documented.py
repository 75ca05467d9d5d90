"""How an operation of the API is described: a row of the tables in `gateway/spec/paths/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from gateway.spec.parameter import Parameter
from models.errors import ToolreelError

Kind = type[BaseModel]
JSON = "application/json"


@dataclass(frozen=True)
class Body:
    """What a request carries: a model, the schema of that name, or (None) bytes of one of these media types."""

    kind: Kind | str | None
    media: tuple[str, ...] = (JSON,)
    examples: Mapping[str, Any] = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True)
class Answer:
    """What one status means. `kind` None is bytes; no `media` is no body. `items` are the events of a stream, by name."""

    status: int
    description: str
    kind: Kind | None = None
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()
    items: Mapping[str, Kind | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Documented:
    """One method of a path. `problems` are the errors that it answers with, besides those that all operations have."""

    method: str
    path: str
    id: str
    tag: str
    summary: str
    answers: tuple[Answer, ...]
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    problems: tuple[type[ToolreelError], ...] = ()
    bearer_only: bool = False
