"""Short-lived tokens and browser sessions: secrets with a scope, grants and an end, kept as hashes. They end with their key."""

from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select

from models.identity import Caller, Grant
from models.keys import find_key, hash_secret, make_secret, working
from models.tables import api_keys, tokens

PREFIXES = {"token": "trt_", "session": "trs_"}


def make_token(tx: Connection, caller: Caller, *, at: float) -> str:
    """The secret of a token or session that is this caller; it cannot be read again. `expires_at` must be set."""
    secret = make_secret(PREFIXES[caller.kind])
    row = {
        "sha256": hash_secret(secret),
        "key_id": caller.key_id,
        "kind": caller.kind,
        "app_id": caller.app_id,
        "message_id": caller.message_id,
        "grants": sorted(caller.grants),
        "created_at": at,
        "expires_at": caller.expires_at,
    }
    tx.execute(insert(tokens), row)
    return secret


def end_token(tx: Connection, sha256: str) -> None:
    """Forget a token or session, if it is there."""
    tx.execute(delete(tokens).where(tokens.c.sha256 == sha256))


def find_caller(tx: Connection, sha256: str, *, at: float) -> Caller | None:
    """Whoever has the secret with this hash: a key, a token or a session that works."""
    key = find_key(tx, sha256, at)
    if key:
        return Caller(key.id, key.name, expires_at=key.revoked_at)
    query = (
        select(tokens, api_keys.c.name, api_keys.c.revoked_at)
        .join(api_keys, api_keys.c.id == tokens.c.key_id)
        .where(tokens.c.sha256 == sha256, tokens.c.expires_at > at, working(at))
    )
    row = tx.execute(query).mappings().first()
    return _caller(row) if row else None


def _caller(row: Any) -> Caller:
    kind: Literal["token", "session"] = "session" if row["kind"] == "session" else "token"
    ends = [end for end in (row["expires_at"], row["revoked_at"]) if end is not None]
    grants = frozenset(Grant(grant) for grant in row["grants"])
    return Caller(row["key_id"], row["name"], kind, grants, row["app_id"], row["message_id"], min(ends))
