"""A call as its row says it is, and the state that clients see of it. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from models.lifecycle import FINAL, Status


@dataclass(frozen=True)
class Call:
    """One row of `tool_calls`, without the bulky columns that only a running stage needs."""

    key: int
    app_id: str
    message_key: int
    message_id: str
    id: str
    index: int
    seq: int
    name: str
    title: str
    target: str | None
    stages: list[dict[str, Any]]
    queue: str
    pausable: str
    origin: str
    variant: str
    traceparent: str | None
    status: Status
    control: str
    stage: int
    progress: float
    detail: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    waiting_for: list[str]
    attempt: int
    losses: int
    backoffs: int
    epoch: int
    version: int
    announced: int
    claimed_by: str | None
    claimed_at: float | None
    dispatched_at: float | None
    moved_at: float
    next_attempt_at: float | None
    submitted_at: float
    started_at: float | None
    finished_at: float | None
    paused_ms: int

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "Call":
        """From a row's mapping, which may have more columns than we keep."""
        values = {name: row[name] for name in FIELDS}
        return cls(**values | {"status": Status(values["status"])})

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def stage_name(self) -> str | None:
        """The stage that runs or is next; where a call failed or was cancelled, the one it did not get past."""
        waits_or_done = self.status in (Status.QUEUED, Status.SUCCEEDED)
        if waits_or_done or self.started_at is None or self.stage >= len(self.stages):
            return None
        return str(self.stages[self.stage]["name"])

    def state(self) -> dict[str, Any]:
        """The whole state of the call, as the contract shows it to clients."""
        return {
            "id": self.id,
            "app_id": self.app_id,
            "message_id": self.message_id,
            "index": self.index,
            "name": self.name,
            "status": self.status,
            "stage": self.stage_name,
            "stages": [stage["name"] for stage in self.stages],
            "progress": round(self.progress, 1),
            "attempt": self.attempt,
            "version": self.version,
            "variant": self.variant,
            "waiting_for": self.waiting_for,
            "origin": self.origin,
            "pausable": self.pausable,
            "title": self.title,
            "target": self.target,
            "paused_ms": self.paused_ms,
            "next_attempt_at": instant(self.next_attempt_at),
            "detail": self.detail,
            "result": self.result if self.final else None,
            "error": self.error,
            "submitted_at": instant(self.submitted_at),
            "started_at": instant(self.started_at),
            "finished_at": instant(self.finished_at),
            "traceparent": self.traceparent,
        }


FIELDS = tuple(field.name for field in fields(Call))


def instant(seconds: float | None) -> str | None:
    """Seconds since the epoch as RFC 3339 in UTC with milliseconds, like `2026-11-22T10:00:00.000Z`."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
