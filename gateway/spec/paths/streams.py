"""The event streams of a message and of an app."""

from gateway.spec.documented import Answer, Documented, Kind
from gateway.spec.event import LIVE, AppSnapshot, MessageSnapshot, StreamEnd
from gateway.spec.parameter import APP, BATCH, LAST_EVENT_ID, LAST_EVENT_ID_IN_QUERY, MESSAGE, UNTIL

MEDIA = ("text/event-stream",)
MESSAGE_EVENTS: dict[str, Kind | str] = {"snapshot": MessageSnapshot, **LIVE, "batch": "EventBatch", "end": StreamEnd}
APP_EVENTS: dict[str, Kind | str] = {"snapshot": AppSnapshot, **LIVE, "batch": "EventBatch", "end": StreamEnd}
DESCRIPTION = (
    "May be opened before the first submit. It begins with a `snapshot`; after a reconnect with the last event's id it goes on "
    "after that event, in order, none twice (but progress that newer progress has replaced). Every `tool_call` event carries "
    "the whole state of its call, so a client replaces it by id. A comment of one line is a heartbeat. A stream never answers "
    "with an error once it may be reconnected to: it says `end` with a reason, and `retry`."
)

STREAMS = (
    Documented(
        "GET",
        "/v1/apps/{app_id}/messages/{message_id}/events",
        "streamMessage",
        "streams",
        "Watch a message",
        (Answer(200, "The events of the message.", media=MEDIA, items=MESSAGE_EVENTS),),
        DESCRIPTION,
        (APP, MESSAGE, UNTIL, BATCH, LAST_EVENT_ID, LAST_EVENT_ID_IN_QUERY),
    ),
    Documented(
        "GET",
        "/v1/apps/{app_id}/events",
        "streamApp",
        "streams",
        "Watch all of an app's messages on one connection",
        (Answer(200, "The events of the app.", media=MEDIA, items=APP_EVENTS),),
        DESCRIPTION,
        (APP, BATCH, LAST_EVENT_ID, LAST_EVENT_ID_IN_QUERY),
    ),
)
