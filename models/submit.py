"""Accepting tool calls: durable, in the app's order, each with the earlier calls it must wait for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from models.access import EVERYTHING, Access
from models.call import Call
from models.errors import CallIdConflict
from models.lifecycle import BIRTHS, Move, Status
from models.message import Message, add_calls, open_message
from models.move import COLUMNS, record
from models.order import Turn, plan
from models.outcome import Outcome
from models.path import folders
from models.tables import apps, call_accesses, call_waits, tool_calls
from models.turn import lock_app, refill

MANY_PATHS = 40
KNOWN = select(*COLUMNS, tool_calls.c.fingerprint).where(
    tool_calls.c.message_key == bindparam("of"), tool_calls.c.id.in_(bindparam("ids", expanding=True))
)
ADD = insert(tool_calls).returning(*COLUMNS, sort_by_parameter_order=True)
NUMBER = update(apps).where(apps.c.id == bindparam("app")).values(next_seq=bindparam("next"))


@dataclass(frozen=True)
class NewCall:
    """A tool call to accept. One with an `error` (the model's mistake) is stored as failed at once and touches nothing."""

    id: str
    name: str
    arguments: Any
    fingerprint: str
    title: str
    target: str | None = None
    stages: tuple[dict[str, Any], ...] = ()
    queue: str = ""
    pausable: str = "no"
    accesses: tuple[Access, ...] = ()
    error: dict[str, Any] | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def touches(self) -> tuple[Access, ...]:
        """Its place in the order: what it accesses, unless it is refused."""
        return () if self.error else self.accesses


@dataclass(frozen=True)
class Submission:
    """The calls in the order in which they were named, those that were there before included, and what is left to do."""

    calls: list[Call]
    outcome: Outcome


def submit(
    tx: Connection,
    app_id: str,
    message_id: str,
    calls: Sequence[NewCall],
    *,
    at: float,
    cap: int,
    traceparent: str | None,
) -> Submission:
    """Accept calls. Raises CallIdConflict, and then nothing is stored, when an id was used for something else."""
    next_seq = lock_app(tx, app_id, at)
    message = open_message(tx, app_id, message_id, at)
    known = _known(tx, message, calls)
    fresh = _fresh(calls, known)
    if not fresh:
        return Submission([known[call.id] for call in calls], Outcome())
    waits = _plan(tx, app_id, next_seq, fresh)
    added = _insert(tx, message, fresh, waits, next_seq, at=at, traceparent=traceparent)
    changed = add_calls(tx, message, added)
    ready = refill(tx, app_id, {call.queue for call in added if not call.final}, at=at, cap=cap)
    everything = known | {call.id: call for call in added}
    outcome = Outcome(told=added, messages=[changed], ready=ready)
    return Submission([everything[call.id] for call in calls], outcome)


@dataclass(frozen=True)
class Place:
    """Where a call that is tried again comes in its app's order: its `seq`, what it touches, and whom it waits for."""

    seq: int
    accesses: tuple[Access, ...]
    waits: list[tuple[int, str]]

    @property
    def columns(self) -> dict[str, Any]:
        return {"seq": self.seq, "waits": len(self.waits), "waiting_for": [id_ for _, id_ in self.waits]}


def find_place(tx: Connection, call: Call, next_seq: int) -> Place:
    """The place behind all that was submitted so far. The caller holds the app's row."""
    stored = tx.execute(select(tool_calls.c.accesses).where(tool_calls.c.key == call.key)).scalar_one()
    accesses = tuple(Access(path, bool(writes)) for path, writes in stored)
    ids: dict[int, str] = {}
    earlier = _earlier(tx, call.app_id, [access.path for access in accesses], ids)
    found = plan(earlier, [Turn(next_seq, accesses)] if accesses else []).get(next_seq, [])
    return Place(next_seq, accesses, [(seq, ids[seq]) for seq in found])


def take_place(tx: Connection, call: Call, place: Place) -> None:
    """Put a call that was final before into the order."""
    tx.execute(NUMBER, {"app": call.app_id, "next": place.seq + 1})
    _insert_edges(tx, call.app_id, [(call, place.accesses)], {call.seq: place.waits})


def _known(tx: Connection, message: Message, calls: Sequence[NewCall]) -> dict[str, Call]:
    values = {"of": message.key, "ids": sorted({call.id for call in calls})}
    # A message without calls is spared the question; but the calls may still name one id twice.
    rows = {row["id"]: row for row in tx.execute(KNOWN, values).mappings()} if message.next_index else {}
    prints = {id_: row["fingerprint"] for id_, row in rows.items()}
    wrong: list[dict[str, Any]] = []
    for index, call in enumerate(calls):
        if prints.setdefault(call.id, call.fingerprint) != call.fingerprint:
            detail = f"{call.id} was submitted before with another name or other arguments"
            wrong.append({"index": index, "pointer": f"/tool_calls/{index}/id", "detail": detail})
    if wrong:
        raise CallIdConflict(str(wrong[0]["detail"]), errors=wrong)
    return {id_: Call.of(row) for id_, row in rows.items()}


def _fresh(calls: Sequence[NewCall], known: Mapping[str, Call]) -> list[NewCall]:
    return list({call.id: call for call in calls if call.id not in known}.values())


def _plan(tx: Connection, app_id: str, next_seq: int, fresh: Sequence[NewCall]) -> dict[int, list[tuple[int, str]]]:
    """By the new calls' seq: the (seq, id) of the calls that each waits for."""
    arriving = [Turn(next_seq + offset, call.touches) for offset, call in enumerate(fresh)]
    ids = {turn.key: call.id for turn, call in zip(arriving, fresh, strict=True)}
    earlier = _earlier(tx, app_id, [access.path for turn in arriving for access in turn.accesses], ids)
    waits = plan(earlier, [turn for turn in arriving if turn.accesses])
    return {seq: [(other, ids[other]) for other in others] for seq, others in waits.items()}


def _earlier(tx: Connection, app_id: str, paths: Sequence[str], ids: dict[int, str]) -> list[Turn]:
    """The app's unfinished calls that touch anything near those paths, in order; their ids are added to `ids`."""
    if not paths:
        return []
    query = (
        select(tool_calls.c.seq, tool_calls.c.id, call_accesses.c.path, call_accesses.c.writes)
        .join(tool_calls, tool_calls.c.key == call_accesses.c.call_key)
        .where(call_accesses.c.app_id == app_id, *_near(paths))
        .order_by(tool_calls.c.seq)
    )
    touched: dict[int, list[Access]] = {}
    for seq, id_, path, writes in tx.execute(query):
        ids[seq] = id_
        touched.setdefault(seq, []).append(Access(path, bool(writes)))
    return [Turn(seq, tuple(accesses)) for seq, accesses in touched.items()]


def _near(paths: Sequence[str]) -> list[Any]:
    if EVERYTHING in paths or len(set(paths)) > MANY_PATHS:
        return []
    names = {EVERYTHING, *paths, *(folder for path in paths for folder in folders(path))}
    column = call_accesses.c.path
    return [or_(column.in_(names), *((column > path + "/") & (column < path + "0") for path in set(paths)))]


def _insert(
    tx: Connection,
    message: Message,
    fresh: Sequence[NewCall],
    waits: Mapping[int, list[tuple[int, str]]],
    next_seq: int,
    *,
    at: float,
    traceparent: str | None,
) -> list[Call]:
    tx.execute(NUMBER, {"app": message.app_id, "next": next_seq + len(fresh)})
    rows = [
        _row(message, call, waits.get(next_seq + offset, []), at)
        | {"seq": next_seq + offset, "index": message.next_index + offset, "traceparent": traceparent}
        for offset, call in enumerate(fresh)
    ]
    added = [Call.of(row) for row in tx.execute(ADD, rows).mappings()]
    record(tx, Move.ACCEPT, [call for call in added if not call.final], at=at)
    record(tx, Move.REFUSE, [call for call in added if call.final], at=at)
    placed = [(call, new.touches) for new, call in zip(fresh, added, strict=True)]
    _insert_edges(tx, message.app_id, placed, waits)
    return added


def _row(message: Message, call: NewCall, waits: list[tuple[int, str]], at: float) -> dict[str, Any]:
    status = BIRTHS[Move.REFUSE if call.error else Move.ACCEPT]
    return {
        "app_id": message.app_id,
        "message_key": message.key,
        "message_id": message.id,
        "id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "fingerprint": call.fingerprint,
        "title": call.title,
        "target": call.target,
        "stages": list(call.stages),
        "queue": call.queue,
        "pausable": call.pausable,
        "accesses": [[access.path, int(access.writes)] for access in call.accesses],
        "origin": "client",
        "variant": "enhanced",
        "status": status,
        "control": "run",
        "stage": 0,
        "progress": 0.0,
        "detail": call.detail,
        "error": call.error,
        "waits": len(waits),
        "waiting_for": [id_ for _, id_ in waits],
        "attempt": 1,
        "losses": 0,
        "backoffs": 0,
        "epoch": 1,
        "version": 1,
        "announced": 0,
        "submitted_at": at,
        "moved_at": at,
        "finished_at": at if status is Status.FAILED else None,
        "paused_ms": 0,
    }


def _insert_edges(
    tx: Connection,
    app_id: str,
    placed: Sequence[tuple[Call, Sequence[Access]]],
    waits: Mapping[int, list[tuple[int, str]]],
) -> None:
    touches = [
        {"call_key": call.key, "app_id": app_id, "path": access.path, "writes": int(access.writes)}
        for call, accesses in placed
        for access in accesses
    ]
    if touches:
        tx.execute(insert(call_accesses), touches)
    keys = _keys(tx, app_id, {seq for others in waits.values() for seq, _ in others})
    edges = [{"call_key": call.key, "waits_for": keys[seq]} for call, _ in placed for seq, _ in waits.get(call.seq, [])]
    if edges:
        tx.execute(insert(call_waits), edges)


def _keys(tx: Connection, app_id: str, seqs: Iterable[int]) -> dict[int, int]:
    wanted = list(seqs)
    if not wanted:
        return {}
    query = select(tool_calls.c.seq, tool_calls.c.key).where(
        tool_calls.c.app_id == app_id, tool_calls.c.seq.in_(wanted)
    )
    return dict(tx.execute(query).all())
