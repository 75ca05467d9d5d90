"""Who a caller is, and what they may do. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Grant(StrEnum):
    """One kind of thing that a caller may do: see, start work and write files, steer work, look across all apps."""

    WATCH = "watch"
    SUBMIT = "submit"
    CONTROL = "control"
    OPERATE = "operate"


EVERY_GRANT = frozenset(Grant)


@dataclass(frozen=True)
class Caller:
    """Who made a request. An API key may do everything; a token or a session what its grants say, where its scope says.

    `app_id` None is every app, `message_id` None every message; `expires_at` is in seconds since the epoch.
    """

    key_id: int
    name: str
    kind: Literal["key", "token", "session"] = "key"
    grants: frozenset[Grant] = EVERY_GRANT
    app_id: str | None = None
    message_id: str | None = None
    expires_at: float | None = None

    def reaches(self, app_id: str, message_id: str | None) -> bool:
        """Whether this app is in their scope; with None all of it, not only one of its messages."""
        return self.app_id in (None, app_id) and self.message_id in (None, message_id)
