"""Checks of what the database says of each call: one legal life, whole, and nothing left to do."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, func, select

from models.lifecycle import BIRTHS, FINAL, IllegalMove, Move, Status, follow
from models.tables import apps, call_accesses, call_moves, call_waits, messages, tool_calls
from ops.chaos.workload import Asked

NEXT_ATTEMPT = frozenset({Move.LOSE, Move.BACK_OFF, Move.RETRY})


def wrong_calls(tx: Connection, accepted: Sequence[Asked]) -> Iterator[str]:
    """A sentence for each thing that is wrong, with the moves of the call that it is about."""
    rows = tx.execute(select(tool_calls).order_by(tool_calls.c.key)).mappings().all()
    yield from _missing(rows, accepted)
    moves: dict[int, list[Any]] = {row["key"]: [] for row in rows}
    for move in tx.execute(select(call_moves).order_by(call_moves.c.call_key, call_moves.c.version)).mappings():
        moves[move["call_key"]].append(move)
    for row in rows:
        for what in (*_unfinished(row), *_broken(row, moves[row["key"]])):
            yield f"{name_of(row)} {what}\n{_told(moves[row['key']])}"


def open_lives(tx: Connection) -> Iterator[str]:
    """What became of each call that has not ended."""
    rows = tx.execute(select(tool_calls).where(tool_calls.c.status.not_in(FINAL))).mappings().all()
    for row in rows:
        of_call = select(call_moves).where(call_moves.c.call_key == row["key"]).order_by(call_moves.c.version)
        stands = {name: row[name] for name in ("control", "claimed_by", "claimed_at", "dispatched_at", "waiting_for")}
        yield f"{name_of(row)} {stands}\n{_told(tx.execute(of_call).mappings().all())}"


def wrong_rows(tx: Connection) -> Iterator[str]:
    """What is not as it must be once nothing is left to do."""
    for table in (call_accesses, call_waits):
        if count := tx.execute(select(func.count()).select_from(table)).scalar_one():
            yield f"{count} rows are left in {table.name}"
    for row in tx.execute(select(messages)).mappings():
        if row["open"] or row["announced"] != row["version"]:
            yield f"message {row['app_id']}/{row['id']}: {row['open']} open, {row['announced']} of {row['version']} told"
    highest = dict(tx.execute(select(tool_calls.c.app_id, func.max(tool_calls.c.seq)).group_by("app_id")).all())
    for row in tx.execute(select(apps)).mappings():
        if row["next_seq"] <= highest.get(row["id"], 0):
            yield f"app {row['id']}: next_seq {row['next_seq']} was given to a call already"


def name_of(row: Any) -> str:
    return f"{row['app_id']}/{row['message_id']}/{row['id']} ({row['name']}, seq {row['seq']}, {row['status']})"


def _missing(rows: Sequence[Any], accepted: Sequence[Asked]) -> Iterator[str]:
    there = {(row["app_id"], row["message_id"], row["id"]): row for row in rows}
    for one in accepted:
        if one.place not in there:
            yield f"{'/'.join(one.place)} was accepted and is not there"
    for place in there.keys() - {one.place for one in accepted}:
        yield f"{'/'.join(place)} is there and was never accepted"


def _unfinished(row: Any) -> Iterator[str]:
    if row["status"] not in FINAL:
        yield "is not final"
    if row["announced"] != row["version"]:
        yield f"is told up to version {row['announced']} of {row['version']}"
    if row["claimed_by"] is not None:
        yield f"is still claimed by {row['claimed_by']}"
    if row["waits"] or row["waiting_for"]:
        yield f"still waits for {row['waiting_for']}"
    for kept in ("outputs", "staged", "cursor"):
        if row[kept] is not None:
            yield f"still keeps {kept}"


def _broken(row: Any, moves: Sequence[Any]) -> Iterator[str]:
    versions = [move["version"] for move in moves]
    if versions != list(range(1, row["version"] + 1)):
        yield f"has version {row['version']} and the moves {versions}"
        return
    first, last = moves[0], moves[-1]
    if BIRTHS.get(Move(first["move"])) != first["status"] or first["attempt"] != 1:
        yield f"began with {first['move']}"
    for before, after in pairwise(moves):
        yield from _illegal(before, after)
    if (last["status"], last["attempt"], last["epoch"]) != (row["status"], row["attempt"], row["epoch"]):
        yield "does not stand where its last move left it"


def _illegal(before: Any, after: Any) -> Iterator[str]:
    move = Move(after["move"])
    where = f"version {after['version']}"
    try:
        if follow(Status(before["status"]), move) != after["status"]:
            yield f"{where}: {move} led to {after['status']}"
    except IllegalMove as error:
        yield f"{where}: {error}"
    for count in ("attempt", "epoch"):
        if after[count] != before[count] + (move in NEXT_ATTEMPT):
            yield f"{where}: {count} {before[count]} became {after[count]} by {move}"
    if move is not Move.RETRY and after["stage"] < before["stage"]:
        yield f"{where}: a finished stage ran again"


def _told(moves: Sequence[Any]) -> str:
    return "\n".join(
        f"    {move['at']:.3f} version {move['version']}: {move['move']} → {move['status']}, "
        f"stage {move['stage']}, attempt {move['attempt']}, epoch {move['epoch']}"
        for move in moves
    )
