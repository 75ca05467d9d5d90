"""How a tool is written: a declaration, its arguments as a model, and a function for each stage. No I/O."""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.declaration import PATH_FORMAT, Declaration, Stage, Touch
from models.errors import InvalidArguments
from models.path import MAX_PATH_BYTES, normalise
from workers.run import Run

FilePath = Annotated[
    str,
    AfterValidator(normalise),
    Field(min_length=1, max_length=MAX_PATH_BYTES, json_schema_extra={"format": PATH_FORMAT}),
]
StageFunction = TypeVar("StageFunction", bound=Callable[..., BaseModel | None])


class ToolArguments(BaseModel):
    """The arguments of a tool; the model's JSON must have these fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Result(BaseModel):
    """What a call gives back. `text` is what the model reads; a tool's own fields are for programs."""

    text: str


class Tool:
    """A tool: its declaration and the code of its stages, in the order in which `@tool.stage` named them.

    `reads` and `writes` name arguments that hold a path, constant paths, or `*` for the whole app. A title's
    `{argument}` places are filled from the call's arguments. `retries` is how often a stage that failed with an error that
    is `retryable` is tried again by itself.
    """

    def __init__(
        self,
        name: str,
        arguments: type[ToolArguments],
        *,
        queue: Literal["files", "media", "builds"],
        summary: str,
        title: str,
        reads: Sequence[str] = (),
        writes: Sequence[str] = (),
        pausable: Literal["anywhere", "step", "no"] = "anywhere",
        retries: int = 0,
    ) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
            raise ValueError(f"a tool's name is lower-case letters, digits and dashes, at most 64: {name!r}")
        self.name = name
        self.arguments = arguments
        self.retries = retries
        self._declared: dict[str, Any] = {
            "queue": queue,
            "summary": summary,
            "title": title,
            "pausable": pausable,
            "retries": retries,
            "reads": tuple(self._touch(entry) for entry in reads),
            "writes": tuple(self._touch(entry) for entry in writes),
        }
        self._stages: list[tuple[Stage, Callable[..., BaseModel | None], TypeAdapter[Any] | None]] = []

    def stage(
        self, name: str, *, until: float, seconds: float | None = None
    ) -> Callable[[StageFunction], StageFunction]:
        """Register a stage; the call's progress is `until` (0-100, rising) when it is done.

        A stage that takes longer than `seconds`, paused time left out, is stopped and the call fails as `timed-out`.

        The function takes `(run, args)` or `(run, args, previous)` where `previous` is what the stage before returned,
        and returns a pydantic model; the last stage returns a `Result`.
        """
        if self._stages and until <= self._stages[-1][0].until:
            raise ValueError(f"{self.name}.{name}: until must rise from stage to stage")

        def register(function: StageFunction) -> StageFunction:
            stage = Stage(name=name, until=until, seconds=seconds)
            self._stages.append((stage, function, _previous_of(function)))
            return function

        return register

    @property
    def declaration(self) -> Declaration:
        """What other processes may know of this tool. Raises ValueError when it has no stage, or does not end at 100."""
        if not self._stages or self._stages[-1][0].until != 100:
            raise ValueError(f"{self.name}: the last stage must end at progress 100")
        return Declaration(
            name=self.name,
            description=inspect.cleandoc(self.arguments.__doc__ or ""),
            parameters=self.arguments.model_json_schema(),
            stages=tuple(stage for stage, _, _ in self._stages),
            **self._declared,
        )

    def parse(self, arguments: dict[str, Any]) -> ToolArguments:
        """The arguments as the tool's own model. Raises InvalidArguments, naming each field that is wrong."""
        try:
            return self.arguments.model_validate(arguments)
        except ValidationError as error:
            raise InvalidArguments(_explain(error)) from error

    def run_stage(self, index: int, run: Run, arguments: ToolArguments, previous: Any) -> Any:
        """Run one stage. `previous` and what comes back are JSON values, as they are kept between stages."""
        _, function, wanted = self._stages[index]
        given = (run, arguments) if wanted is None else (run, arguments, wanted.validate_python(previous))
        output = function(*given)
        return cast(Any, output.model_dump(mode="json")) if output is not None else None

    def _touch(self, entry: str) -> Touch:
        if entry in self.arguments.model_fields:
            return Touch(argument=entry)
        return Touch(path=entry if entry == "*" else normalise(entry))


def _previous_of(function: Callable[..., BaseModel | None]) -> TypeAdapter[Any] | None:
    """What reads the output of the stage before, if the function takes it."""
    parameters = list(inspect.signature(function).parameters.values())
    return TypeAdapter(parameters[2].annotation) if len(parameters) > 2 else None


def _explain(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'arguments'}: {item['msg']}" for item in error.errors())
