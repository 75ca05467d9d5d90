"""Finding out who a caller is: by the header `Authorization`, or by the cookie that a browser got for a key or token."""

import time
from urllib.parse import urlsplit

from starlette.requests import Request

from broker.outbox import now
from gateway.context import in_thread
from models.database import Store
from models.errors import Forbidden, Malformed, Unauthorized
from models.identity import Caller
from models.keys import hash_secret
from models.tokens import find_caller

COOKIE = "toolreel_session"
SAFE_METHODS = frozenset({"GET", "HEAD"})
SECRET_NAMES = {"key", "api_key", "api-key", "apikey", "token", "access_token", "authorization", "secret", "password"}


class Callers:
    """Who has which secret; one that was seen to be good is trusted for a few seconds."""

    TRUST_SECONDS = 5.0
    MOST = 10_000

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, tuple[float, Caller]] = {}

    async def find(self, sha256: str) -> Caller | None:
        """Whoever has the secret with this hash, or None when nobody has, or it has ended."""
        until, caller = self._seen.get(sha256, (0.0, None))
        if caller and until > time.monotonic() and not _has_ended(caller):
            return caller
        self.forget(sha256)
        caller = await in_thread(self._read, sha256)
        if caller:
            self._remember(sha256, caller)
        return caller

    def forget(self, sha256: str) -> None:
        """Trust this secret no longer."""
        self._seen.pop(sha256, None)

    def _remember(self, sha256: str, caller: Caller) -> None:
        if len(self._seen) >= self.MOST:
            self._seen.clear()
        self._seen[sha256] = (time.monotonic() + self.TRUST_SECONDS, caller)

    def _read(self, sha256: str) -> Caller | None:
        with self._store.read() as tx:
            return find_caller(tx, sha256, at=now())


def secret_of(request: Request) -> str:
    """The secret that a request carries, in its header or its cookie. Raises Unauthorized, and Forbidden for a cookie
    that came from a page of someone else's."""
    if "authorization" in request.headers:
        return bearer_of(request)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise Unauthorized("send the header Authorization: Bearer <API key or token>")
    refuse_strangers(request)
    return cookie


def bearer_of(request: Request) -> str:
    """The secret in the header Authorization. Raises Unauthorized."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthorized("send the header Authorization: Bearer <API key or token>")
    return secret.strip()


def refuse_secrets_in_query(request: Request) -> None:
    """Raises Malformed when a URL seems to carry a secret."""
    if any(name.lower() in SECRET_NAMES for name in request.query_params):
        raise Malformed(
            "no secret may be in a URL, where logs keep it; send the header Authorization: Bearer <API key or token>"
        )


def refuse_strangers(request: Request) -> None:
    """Raises Forbidden when a request with a cookie did not come from a page of ours, or of an origin that may call us.

    Browsers send `Origin` with everything but plain GET; one that does not say where it comes from may only read.
    """
    origin = request.headers.get("origin")
    if origin is None:
        trusted = request.method in SAFE_METHODS or request.headers.get("sec-fetch-site") == "same-origin"
    else:
        own = urlsplit(origin).netloc == request.headers.get("host")
        trusted = own or origin in request.app.state.gateway.settings.cors_origins
    if not trusted:
        raise Forbidden("a session's cookie works only on pages of this origin or of one in TOOLREEL_CORS_ORIGINS")


def digest_of(request: Request) -> str:
    """The hash of the secret that a request carries."""
    return hash_secret(secret_of(request))


def _has_ended(caller: Caller) -> bool:
    return caller.expires_at is not None and caller.expires_at <= now()
