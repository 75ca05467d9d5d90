"""Who a caller is: tokens and sessions."""

from typing import Literal

from pydantic import Field

from gateway.spec.model import AppId, Instant, MessageId, Model
from models.identity import Grant


class _Rights(Model):
    app_id: AppId | None = Field(description="The only app that it is for; null for all.")
    message_id: MessageId | None = Field(description="The only message that it is for; null for all.")
    grants: list[Grant]
    expires_at: Instant | None = Field(description="Null: without an end.")


class Token(_Rights):
    """A token, which can be read only here."""

    token: str = Field(pattern="^trt_")


class Whoami(_Rights):
    """Who the caller is, and what they may do."""

    kind: Literal["key", "token", "session"]
    name: str = Field(description="The name of the API key that it comes from.")
