"""Short-lived tokens: what a backend with an API key hands to a browser or a script, for one app or message."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from starlette.requests import Request
from starlette.responses import Response

from broker.outbox import now
from gateway.answer import Json
from gateway.body import read_model
from gateway.context import Gateway, gateway_of, in_thread
from gateway.names import APP_ID, MESSAGE_ID
from models.call import instant
from models.identity import Caller, Grant
from models.tokens import make_token

MOST_SECONDS = 86_400
USUAL_SECONDS = 3600


# What `_scoped` checks, as JSON Schema.
SCOPED: dict[str, Any] = {
    "anyOf": [
        {
            "required": ["app_id"],
            "properties": {
                "app_id": {"type": "string"},
                "grants": {"items": {"enum": [Grant.WATCH, Grant.SUBMIT, Grant.CONTROL]}},
            },
        },
        {
            "properties": {
                "app_id": {"type": "null"},
                "message_id": {"type": "null"},
                "grants": {"items": {"const": Grant.OPERATE}},
            }
        },
    ],
    "examples": [{"app_id": "demo", "grants": ["watch", "control"], "ttl_seconds": 600}],
}


class TokenRequest(BaseModel):
    """The token that is wanted: what it may do, where, and how long."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=SCOPED)

    app_id: str | None = Field(None, pattern=f"^{APP_ID.pattern}$", description="The app that it is for.")
    message_id: str | None = Field(
        None,
        pattern=f"^{MESSAGE_ID.pattern}$",
        description="The only message of the app that it is for; all when left out.",
    )
    grants: frozenset[Grant] = Field(
        min_length=1,
        json_schema_extra={"uniqueItems": False},
        description="watch: read and stream; submit: start calls, write files; control: steer; operate: see all apps' figures.",
    )
    ttl_seconds: int = Field(
        USUAL_SECONDS, ge=1, le=MOST_SECONDS, strict=True, description="How long it works, in seconds."
    )

    @field_validator("ttl_seconds", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        # JSON knows one kind of number: 60.0 is 60.
        return int(value) if isinstance(value, float) and value.is_integer() else value

    @model_validator(mode="after")
    def _scoped(self) -> "TokenRequest":
        if (Grant.OPERATE in self.grants) and (self.app_id or self.grants != {Grant.OPERATE}):
            raise ValueError("operate is for all apps, so it must be the only grant of a token without an app_id")
        if not self.app_id and (self.message_id or Grant.OPERATE not in self.grants):
            raise ValueError("app_id is needed: watch, submit and control are for one app, and so is a message")
        return self


async def post_token(request: Request) -> Response:
    """Make a token. It can be read only in this answer."""
    gateway = gateway_of(request)
    wanted = await read_model(request, TokenRequest, gateway.settings.max_request_bytes)
    at = now()
    caller = Caller(
        request.state.caller.key_id,
        request.state.caller.name,
        "token",
        wanted.grants,
        wanted.app_id,
        wanted.message_id,
        at + wanted.ttl_seconds,
    )
    secret = await in_thread(keep, gateway, caller, at)
    return Json({"token": secret, **described(caller)}, 201)


def described(caller: Caller) -> dict[str, Any]:
    """What a caller may do, where, and until when (null: without an end)."""
    return {
        "app_id": caller.app_id,
        "message_id": caller.message_id,
        "grants": sorted(caller.grants),
        "expires_at": None if caller.expires_at is None else instant(caller.expires_at),
    }


def keep(gateway: Gateway, caller: Caller, at: float) -> str:
    """Make a caller known, and give the secret."""
    with gateway.store.write() as tx:
        return make_token(tx, caller, at=at)
