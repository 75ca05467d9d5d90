"""Who may call: API keys, kept as hashes. A key has 256 bits of chance, so a plain hash cannot be guessed back."""

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from gateway.context import in_thread
from models.database import Store, insert_missing
from models.errors import Malformed, Unauthorized
from models.settings import Settings
from models.tables import api_keys

Endpoint = Callable[[Request], Awaitable[Response]]

FIRST_KEY = "first"
KEY_FILE = "api-key"
SECRET_NAMES = {"key", "api_key", "api-key", "apikey", "token", "access_token", "authorization", "secret", "password"}


@dataclass(frozen=True)
class Caller:
    """Who made a request."""

    key_id: int
    name: str


class Keys:
    """The keys that may call; one that was seen to be good is trusted for a few seconds."""

    TRUST_SECONDS = 5.0

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, tuple[float, Caller]] = {}

    async def find(self, key: str) -> Caller | None:
        """The key's owner, or None when it is not known or was revoked."""
        digest = hash_key(key)
        until, caller = self._seen.get(digest, (0.0, None))
        if caller and until > time.monotonic():
            return caller
        self._seen.pop(digest, None)
        caller = await in_thread(self._read, digest)
        if caller:
            self._seen[digest] = (time.monotonic() + self.TRUST_SECONDS, caller)
        return caller

    def _read(self, digest: str) -> Caller | None:
        query = select(api_keys.c.id, api_keys.c.name).where(
            api_keys.c.sha256 == digest, api_keys.c.revoked_at.is_(None)
        )
        with self._store.read() as tx:
            row = tx.execute(query).first()
        return Caller(*row) if row else None


def requires_key(endpoint: Endpoint) -> Endpoint:
    """The endpoint, for callers with a key. It finds them in `request.state.caller`."""

    async def checked(request: Request) -> Response:
        _refuse_secrets_in_query(request)
        keys: Keys = request.app.state.keys
        caller = await keys.find(_key_of(request))
        if caller is None:
            raise Unauthorized("this API key is not known")
        request.state.caller = caller
        return await endpoint(request)

    return checked


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def first_key(settings: Settings) -> str:
    """The key that the settings give, else the one kept in the data folder; empty when there is neither."""
    given = settings.api_key.get_secret_value()
    if given:
        return given
    try:
        return (settings.data / KEY_FILE).read_text().strip()
    except FileNotFoundError:
        return ""


def ensure_key(store: Store, name: str, key: str, *, at: float) -> None:
    """Make a key known, unless it is, or was revoked."""
    with store.write() as tx:
        insert_missing(tx, api_keys, [{"name": name, "sha256": hash_key(key), "created_at": at}])


def _key_of(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthorized("send the header Authorization: Bearer <API key>")
    return key.strip()


def _refuse_secrets_in_query(request: Request) -> None:
    if any(name.lower() in SECRET_NAMES for name in request.query_params):
        raise Malformed(
            "no secret may be in a URL, where logs keep it; send the header Authorization: Bearer <API key>"
        )
