"""API keys, kept as hashes. A key has 256 bits of chance, so a plain hash cannot be guessed back."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from models.database import insert_missing
from models.errors import Conflict, Malformed, NotFound
from models.tables import api_keys

PREFIX = "tr_"
MOST_NAME = 64


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key. It works until `revoked_at`, seconds since the epoch; None is for ever."""

    id: int
    name: str
    created_at: float
    revoked_at: float | None

    def works(self, at: float) -> bool:
        return self.revoked_at is None or self.revoked_at > at


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make_secret(prefix: str = PREFIX) -> str:
    return prefix + secrets.token_urlsafe(32)


def list_keys(tx: Connection) -> list[ApiKey]:
    """All keys, revoked ones too, in the order in which they were made."""
    return [ApiKey(*row) for row in tx.execute(select(*_shown()).order_by(api_keys.c.id))]


def find_key(tx: Connection, sha256: str, at: float) -> ApiKey | None:
    """The key with this hash, if it works."""
    row = tx.execute(select(*_shown()).where(api_keys.c.sha256 == sha256, working(at))).first()
    return ApiKey(*row) if row else None


def add_key(tx: Connection, name: str, at: float) -> str:
    """Make a key; what comes back is the only time that it can be read. Raises Malformed, and Conflict for a used name."""
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise Malformed(f"a key's name has 1 to {MOST_NAME} characters that can be printed")
    if _working(tx, name, at):
        raise Conflict(f"there is a key named {name}; rotate it, or revoke it first")
    return _insert(tx, name, at)


def rotate_key(tx: Connection, name: str, at: float, *, grace: float) -> str:
    """Make another key of this name; the one before works for `grace` seconds more. Raises NotFound."""
    revoke_key(tx, name, at, after=grace)
    return _insert(tx, name, at)


def revoke_key(tx: Connection, name: str, at: float, *, after: float = 0) -> None:
    """Let the key stop working, and with it its tokens and sessions. Raises NotFound."""
    ids = _working(tx, name, at)
    if not ids:
        raise NotFound(f"there is no working key named {name}")
    sooner = or_(api_keys.c.revoked_at.is_(None), api_keys.c.revoked_at > at + after)
    tx.execute(update(api_keys).where(api_keys.c.id.in_(ids), sooner).values(revoked_at=at + after))


def ensure_key(tx: Connection, name: str, secret: str, *, at: float) -> None:
    """Let a given secret be the key of this name: another one stops working; one that was revoked stays so."""
    sha256 = hash_secret(secret)
    if tx.execute(select(api_keys.c.id).where(api_keys.c.sha256 == sha256)).first():
        return
    # Not its own: another gateway, which starts at the same moment, may have made it known since we looked.
    others = api_keys.c.name == name, api_keys.c.sha256 != sha256, api_keys.c.revoked_at.is_(None)
    tx.execute(update(api_keys).where(*others).values(revoked_at=at))
    insert_missing(tx, api_keys, [{"name": name, "sha256": sha256, "created_at": at}])


def working(at: float) -> ColumnElement[bool]:
    """The condition that a key works."""
    return or_(api_keys.c.revoked_at.is_(None), api_keys.c.revoked_at > at)


def _working(tx: Connection, name: str, at: float) -> Sequence[int]:
    return tx.execute(select(api_keys.c.id).where(api_keys.c.name == name, working(at))).scalars().all()


def _insert(tx: Connection, name: str, at: float) -> str:
    secret = make_secret()
    tx.execute(api_keys.insert().values(name=name, sha256=hash_secret(secret), created_at=at))
    return secret


def _shown() -> tuple[Any, ...]:
    return api_keys.c.id, api_keys.c.name, api_keys.c.created_at, api_keys.c.revoked_at
