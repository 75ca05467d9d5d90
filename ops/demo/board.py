"""What the events of an app's stream say of its calls, as rows to show. Pure: times are passed in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.lifecycle import FINAL


@dataclass(frozen=True)
class Row:
    """A call as the newest event has it. `began_at` is when it was first seen running, by the clock of who watches."""

    message_id: str
    id: str
    label: str
    status: str
    stage: str
    progress: float
    version: int
    waiting_for: tuple[str, ...]
    note: str
    error: str
    took_seconds: float | None
    began_at: float | None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    def elapsed(self, at: float) -> float | None:
        """Seconds of running, up to now or the end; None before the start."""
        if self.is_final or self.began_at is None:
            return self.took_seconds
        return max(0.0, at - self.began_at)


class Board:
    """The calls of an app by id, in the order in which they were first told. An older state never replaces a newer one."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    @property
    def rows(self) -> list[Row]:
        return list(self._rows.values())

    @property
    def counts(self) -> Counter[str]:
        """How many calls stand at each status."""
        return Counter(row.status for row in self._rows.values())

    def row(self, id_: str) -> Row | None:
        return self._rows.get(id_)

    def of_message(self, message_id: str) -> list[Row]:
        return [row for row in self._rows.values() if row.message_id == message_id]

    def unfinished(self, ids: Iterable[str]) -> list[str]:
        """Which of the calls have not ended, those that no event told of included."""
        return [id_ for id_ in ids if id_ not in self._rows or not self._rows[id_].is_final]

    def apply(self, kind: str, data: Mapping[str, Any], at: float) -> list[Row]:
        """Take in an event that came at `at`; the rows whose status it changed."""
        states = {"tool_call": [data], "snapshot": data.get("tool_calls", [])}.get(kind, [])
        taken = [self._take(state, at) for state in states]
        return [row for row in taken if row]

    def waits_for(self, row: Row) -> str:
        """What a call that has not started waits for, in words; empty when it waits for nothing but a free worker."""
        if row.is_final or row.status == "running" or not row.waiting_for:
            return ""
        labels = [known.label if (known := self.row(id_)) else id_ for id_ in row.waiting_for]
        more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
        return f"waits for {labels[0]}{more}"

    def _take(self, state: Mapping[str, Any], at: float) -> Row | None:
        before = self._rows.get(state["id"])
        if state.get("origin") == "system" or (before and _is_older(state, before)):
            return None
        row = self._rows[state["id"]] = _row(state, before, at)
        return row if before is None or before.status != row.status else None


def _is_older(state: Mapping[str, Any], known: Row) -> bool:
    return (state["version"], state["progress"]) < (known.version, known.progress)


def _row(state: Mapping[str, Any], before: Row | None, at: float) -> Row:
    began_at = before.began_at if before else None
    if began_at is None and state["status"] == "running":
        began_at = at
    return Row(
        message_id=state["message_id"],
        id=state["id"],
        label=f"{state['name']} {state.get('target') or ''}".strip(),
        status=state["status"],
        stage=state.get("stage") or "",
        progress=state["progress"],
        version=state["version"],
        waiting_for=tuple(state.get("waiting_for") or ()),
        note=(state.get("detail") or {}).get("note") or "",
        error=(state.get("error") or {}).get("detail") or "",
        took_seconds=_between(state.get("started_at"), state.get("finished_at")),
        began_at=began_at,
    )


def _between(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
