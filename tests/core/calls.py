"""Calls to submit in tests, without any tool behind them, and the commits of their stages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, update

from broker.outbox import now
from models.access import Access
from models.call import FIELDS, Call
from models.database import Store
from models.files import Blob, blob_of, store_blobs
from models.outcome import Outcome
from models.settings import Settings
from models.stage import Claim, claim, fail, succeed
from models.submit import NewCall, Submission, submit
from models.tables import tool_calls

CAP = 8
STAGES = ({"name": "analyzing", "until": 30.0}, {"name": "writing", "until": 100.0})
ERROR = {"type": "tool-failed", "title": "The tool could not do this", "detail": "no", "retryable": False}


def edit(id: str, *paths: str, reads: Sequence[str] = (), content: str = "", **other: Any) -> NewCall:
    """A call of two stages that writes some paths and reads others."""
    accesses = tuple(Access(path, writes=True) for path in paths) + tuple(Access(path, writes=False) for path in reads)
    plain: dict[str, Any] = {
        "name": "edit",
        "arguments": {"content": content},
        "fingerprint": f"edit {paths} {reads} {content}",
        "title": f"Edit {id}",
        "stages": STAGES,
        "queue": "files",
        "pausable": "anywhere",
        "accesses": accesses,
    }
    return NewCall(id=id, **plain | other)


def as_call(**known: Any) -> Call:
    """A call that is in no database, running its second stage."""
    plain = {"app_id": "demo", "message_id": "m1", "id": "c1", "status": "running", "stage": 1, "stages": list(STAGES)}
    counts = {
        "key": 7,
        "epoch": 3,
        "attempt": 1,
        "version": 3,
        "announced": 3,
        "progress": 30.0,
        "paused_ms": 0,
        "backoffs": 0,
    }
    times = {"submitted_at": 1.0, "started_at": 2.0}
    return Call.of(dict.fromkeys(FIELDS) | plain | counts | times | known)


def add(tx: Connection, *calls: NewCall, app: str = "demo", message: str = "m1", cap: int = CAP) -> Submission:
    """Submit within a transaction; nothing is delivered."""
    return submit(tx, app, message, calls, at=now(), cap=cap, traceparent=None)


def take(store: Store, key: int, *, epoch: int = 1, stage: int = 0, token: str = "me") -> Claim | None:
    """Claim a stage in a transaction of its own."""
    with store.write() as tx:
        return claim(tx, key, epoch, stage, token=token, at=now())


def at_last_stage(store: Store, key: int) -> None:
    """Pretend that all stages but the last are done."""
    with store.write() as tx:
        tx.execute(update(tool_calls).where(tool_calls.c.key == key).values(stage=len(STAGES) - 1))


def claim_last(store: Store, key: int, token: str = "me") -> Claim:
    """Claim a call's last stage."""
    at_last_stage(store, key)
    claimed = take(store, key, stage=len(STAGES) - 1, token=token)
    assert claimed is not None
    return claimed


def finish(
    tx: Connection, claimed: Claim, files: dict[str, bytes | None] | None = None, **limits: int
) -> Outcome | None:
    """Commit a claimed call's last stage, with these files as its effect."""
    contents = files or {}
    store_blobs(tx, [content for content in contents.values() if content is not None])
    staged: dict[str, Blob | None] = {path: None if one is None else blob_of(one) for path, one in contents.items()}
    settings = Settings(**({"app_concurrency": CAP} | limits))  # type: ignore[arg-type]
    return succeed(tx, claimed, {"text": "done"}, staged, at=now(), settings=settings)


def complete(store: Store, key: int, files: dict[str, bytes | None] | None = None, **limits: int) -> Outcome:
    """Let a call succeed."""
    claimed = claim_last(store, key, f"token {key}")
    with store.write() as tx:
        outcome = finish(tx, claimed, files, **limits)
    assert outcome is not None
    return outcome


def give_up(store: Store, claimed: Claim) -> Outcome | None:
    """Let a claimed call fail."""
    with store.write() as tx:
        return fail(tx, claimed, ERROR, progress=1.0, at=now(), cap=CAP)
