"""`Idempotency-Key`: a change that a client may ask for again without harm, and gets the first answer to."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import Json, accepted
from gateway.context import Gateway
from gateway.delivery import deliver
from models.errors import Malformed
from models.idempotency import IdempotencyKey, Kept, answer_once, keep_answer
from models.jsontext import encode
from models.outcome import Outcome

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
VISIBLE = re.compile(r"[!-~]{1,255}")

Change = Callable[[Connection], tuple[Mapping[str, Any], Outcome]]


@dataclass(frozen=True)
class Asked:
    """A request for a change: who asks for what, and the idempotency key that it came with, if any."""

    key_id: int
    method: str
    path: str
    key: str | None

    def once(self, body: bytes) -> IdempotencyKey | None:
        """The key, bound to exactly this request; None when the request may be carried out as often as it comes."""
        if self.key is None:
            return None
        whole = encode([self.method, self.path, hashlib.sha256(body).hexdigest()])
        return IdempotencyKey(self.key_id, self.key, hashlib.sha256(whole).hexdigest())


def asked_of(request: Request) -> Asked:
    """What a request asks for. Raises Malformed for a header Idempotency-Key that is no such key."""
    return Asked(request.state.caller.key_id, request.method, request.url.path, _key_of(request))


def change_once(gateway: Gateway, asked: Asked, body: bytes, change: Change) -> Response:
    """Make a change in a transaction of its own and answer 202 with the JSON that it gives, or as the first time.

    `body` is the request's, as it came. What an error undoes was never asked: the same key may be sent again. Blocks;
    a twin waits for the first. Raises IdempotencyMismatch, and what `change` raises.
    """
    once = asked.once(body)
    with gateway.store.write() as tx:
        if once and (kept := answer_once(tx, once, at=now())):
            return _again(kept)
        content, outcome = change(tx)
        answer = accepted(content)
        if once:
            keep_answer(tx, once, answer.status_code, content)
    deliver(gateway, outcome)
    return answer


def _key_of(request: Request) -> str | None:
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    key = given[0].strip(" \t")
    if len(given) > 1 or not VISIBLE.fullmatch(key):
        raise Malformed(f"{HEADER} must be one key of 1 to 255 visible ASCII characters, without spaces")
    return key


def _again(kept: Kept) -> Response:
    return Json(kept.answer, kept.status, {REPLAYED: "true"})
