"""HTTP/1.1 as uvicorn speaks it, with a way to drop a connection whose client has stopped reading."""

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

DROP = "toolreel.drop"


class DroppableProtocol(HttpToolsProtocol):
    """Puts the way to drop a request's connection into its scope."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"drop": self.transport.abort}}


async def drop(scope: Scope, receive: Receive) -> bool:
    """Drop the request's connection with all that was not sent; False where the server has no such way.

    To close it would not do: that waits, for ever, until the client has read what was written before.
    """
    extension = (scope.get("extensions") or {}).get(DROP)
    if extension is None:
        return False
    extension["drop"]()
    while (await receive())["type"] != "http.disconnect":
        pass
    return True
