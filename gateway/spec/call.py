"""A tool call's state, and what can be read of it besides: timeline, moves, arguments, log."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, RootModel

from gateway.spec.model import AppId, CallId, Count, Instant, MessageId, Model
from models.lifecycle import Move, Status

EXAMPLE: dict[str, Any] = {
    "id": "call_1",
    "app_id": "demo",
    "message_id": "m1",
    "index": 0,
    "name": "os-write",
    "status": "running",
    "stage": "writing",
    "stages": ["analyzing", "writing", "validating"],
    "progress": 41.7,
    "attempt": 1,
    "version": 3,
    "variant": "enhanced",
    "waiting_for": [],
    "origin": "client",
    "pausable": "anywhere",
    "title": "Write src/App.tsx",
    "target": "src/App.tsx",
    "paused_ms": 0,
    "next_attempt_at": None,
    "detail": {"note": "1.2 of 3.0 MB"},
    "result": None,
    "error": None,
    "submitted_at": "2026-11-22T10:00:00.000Z",
    "started_at": "2026-11-22T10:00:00.120Z",
    "finished_at": None,
    "traceparent": None,
}


class CallError(Model):
    """Why a call failed."""

    type: str = Field(
        description="A stable slug, like tool-failed, invalid-arguments, unknown-tool, mismatch, timed-out, worker-lost."
    )
    title: str
    detail: str = Field(description="In words that help the model to correct itself.")
    retryable: bool


class Detail(Model):
    """What can be said beside the progress."""

    note: str = Field("", description="A few words for people.")


class CallState(Model):
    """The whole state of a tool call. One with a higher `version`, or the same and more `progress`, replaces it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: CallId
    app_id: AppId
    message_id: MessageId
    index: Count = Field(description="Its place among the message's calls.")
    name: str = Field(description="The tool.")
    status: Status
    stage: str | None = Field(
        description="The stage that runs or is next; of a failed call, the one it did not get past."
    )
    stages: list[str] = Field(description="All of its stages, in order.")
    progress: float = Field(ge=0, le=100, description="Of the whole call; never falls within one attempt.")
    attempt: int = Field(ge=1)
    version: int = Field(ge=1, description="Grows with every change of status, stage or attempt.")
    variant: Literal["enhanced", "basic"]
    waiting_for: list[CallId] = Field(description="The calls that must end before this one starts.")
    origin: Literal["client", "system"]
    pausable: Literal["anywhere", "step", "no"]
    title: str = Field(description="What it does, for people.")
    target: str | None = Field(description="The file that it is about.")
    paused_ms: Count = Field(description="How long it has been paused in all.")
    next_attempt_at: Instant | None
    detail: Detail
    result: dict[str, Any] | None = Field(description="What the tool gave; only of a final call.")
    error: CallError | None
    submitted_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    traceparent: str | None = Field(description="The W3C trace context that it was submitted with.")


class StageRun(Model):
    """One run of a stage; a stage that was paused or lost has several."""

    stage: str
    attempt: int = Field(ge=1)
    started_at: Instant | None
    finished_at: Instant | None = Field(description="Null while it runs.")
    outcome: Literal["done", "failed", "paused", "cancelled", "lost"] | None


class CallMove(Model):
    """What happened to a call at one of its versions, and how it stood then."""

    version: int = Field(ge=1)
    move: Move
    status: Status
    stage: str | None = Field(description="The stage that is next, or runs; null after the last one.")
    attempt: int = Field(ge=1)
    progress: float = Field(ge=0, le=100)
    waiting_for: list[CallId]
    detail: Detail
    error: CallError | None
    at: Instant


class Beginning(Model):
    """What the tool was given, as JSON text; of more than 64 KiB only the beginning."""

    text: str
    bytes: Count = Field(description="Of the whole text.")
    whole: bool


class CallWithTimeline(CallState):
    """A tool call's state, what the tool was given, and all that happened to it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE
                | {"arguments": {"text": '{"file_path":"src/App.tsx"}', "bytes": 27, "whole": True}}
                | {"timeline": [], "moves": []}
            ]
        }
    )

    arguments: Beginning
    timeline: list[StageRun] = Field(description="When each stage ran, oldest first.")
    moves: list[CallMove] = Field(description="Every change of status, stage or attempt, oldest first.")


class Arguments(RootModel[Any]):
    """What the model gave; an object, unless that was its mistake."""

    model_config = ConfigDict(defer_build=True)


class LoggedLine(Model):
    """A line of output. `stage` is null when none ran."""

    at: Instant
    attempt: int = Field(ge=1)
    stage: str | None
    text: str


class Log(Model):
    """The last lines that a call logged."""

    lines: list[LoggedLine] = Field(max_length=1000, description="Oldest first.")
    whole: bool = Field(description="Whether there were no more lines before them.")


class CallsPage(Model):
    """A page of an app's tool calls, newest first."""

    tool_calls: list[CallState]
    next: str | None = Field(description="The next page's `before`; null on the last page.")
