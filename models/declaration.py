"""What a tool says of itself: name, schema, stages, queue, and which files it touches. Kept in SQL, read by every process."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from models.access import Access
from models.path import normalise

QUEUES = ("files", "media", "builds")
PATH_FORMAT = "app-path"
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Stage(BaseModel):
    """A step of a call; `until` is the call's progress (0-100) when it is done, `seconds` how long it may take."""

    model_config = ConfigDict(frozen=True)

    name: str
    until: float
    seconds: float | None = None


class Touch(BaseModel):
    """A file that a call reads or writes: the one an argument names, or always the same path (`*`: the whole app)."""

    model_config = ConfigDict(frozen=True)

    argument: str | None = None
    path: str | None = None

    def resolve(self, arguments: Mapping[str, Any]) -> str | None:
        if self.argument is None:
            return self.path
        value = arguments.get(self.argument)
        return normalise(value) if isinstance(value, str) else None


class Declaration(BaseModel):
    """Everything other processes need to know of a tool. `parameters` is a JSON Schema (2020-12) of the arguments."""

    model_config = ConfigDict(frozen=True)

    name: str
    summary: str
    description: str = ""
    parameters: dict[str, Any]
    stages: tuple[Stage, ...]
    queue: Literal["files", "media", "builds"]
    reads: tuple[Touch, ...] = ()
    writes: tuple[Touch, ...] = ()
    pausable: Literal["anywhere", "step", "no"] = "anywhere"
    retries: int = 0
    title: str

    def accesses(self, arguments: Mapping[str, Any]) -> tuple[Access, ...]:
        """The files that a call with these arguments touches. Raises ValueError for a path that no app may have."""
        found: dict[str, Access] = {}
        for touch in self.reads:
            if (path := touch.resolve(arguments)) is not None:
                found[path] = Access(path, writes=False)
        for touch in self.writes:
            if (path := touch.resolve(arguments)) is not None:
                found[path] = Access(path, writes=True)
        return tuple(found.values())

    def title_of(self, arguments: Mapping[str, Any]) -> str:
        """The title with its `{argument}` places filled, like `Write src/App.tsx`; at most 200 characters."""
        filled = re.sub(r"\{(\w+)\}", lambda place: _shown(arguments.get(place[1])), self.title)
        return CONTROLS.sub(" ", filled).strip()[:200]

    def target_of(self, arguments: Mapping[str, Any]) -> str | None:
        """The file that a call is about: the first one an argument names."""
        touched = [touch for touch in (*self.writes, *self.reads) if touch.argument]
        return next((path for touch in touched if (path := touch.resolve(arguments))), None)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else ""
