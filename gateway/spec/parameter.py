"""The parameters of the API's operations, each with its limits."""

from dataclasses import dataclass, field
from typing import Any, Literal

from gateway.history import MESSAGE_STATUSES
from gateway.names import APP_ID, CALL_ID, MESSAGE_ID
from gateway.page import MOST, USUAL
from gateway.results import FORMATS
from gateway.wait import MOST_SECONDS
from gateway.watch import MOST_BATCH_MS
from models.lifecycle import Status
from models.path import MAX_PATH_BYTES

DIGITS = 999_999_999


@dataclass(frozen=True)
class Parameter:
    """One parameter: where it is, and the JSON Schema of its values. `more` are other fields of OpenAPI's object."""

    name: str
    place: Literal["path", "query", "header"]
    description: str
    schema: dict[str, Any]
    example: Any = None
    more: dict[str, Any] = field(default_factory=dict)

    def rendered(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        found: dict[str, Any] = {
            "name": self.name,
            "in": self.place,
            "description": self.description,
            "schema": self.schema,
        }
        found |= {"required": True} if self.place == "path" else {}
        return found | ({} if self.example is None else {"example": self.example}) | self.more


def _id(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


APP = Parameter("app_id", "path", "The app: a tenant's project.", _id(APP_ID.pattern), "demo")
MESSAGE = Parameter(
    "message_id", "path", "One turn of the assistant; the client chooses it.", _id(MESSAGE_ID.pattern), "m1"
)
CALL = Parameter("call_id", "path", "The tool call's id, as the model gave it.", _id(CALL_ID.pattern), "call_1")
PATH = Parameter(
    "path",
    "path",
    f"The file's path in the app: relative, at most {MAX_PATH_BYTES} bytes, without `..`, `\\` or control characters. "
    "Its slashes may be sent as they are.",
    {"type": "string", "minLength": 1, "maxLength": MAX_PATH_BYTES, "format": "app-path"},
    "src/App.tsx",
)
ASSET = Parameter("path", "path", "The file of the pages.", {"type": "string", "minLength": 1}, "toolreel.js")
WAIT = Parameter(
    "wait",
    "query",
    f"Hold the answer until the message is idle or so many seconds, at most {MOST_SECONDS}, have passed.",
    {"type": "integer", "minimum": 0, "maximum": DIGITS, "default": 0},
)
FORMAT = Parameter(
    "format", "query", "Whose model's API it is for.", {"type": "string", "enum": list(FORMATS), "default": "openai"}
)
STATUS = Parameter(
    "status",
    "query",
    "Only calls at one of these statuses.",
    {"type": "array", "items": {"type": "string", "enum": [status.value for status in Status]}, "minItems": 1},
    more={"style": "form", "explode": False},
)
NAME = Parameter("name", "query", "Only calls of this tool.", {"type": "string", "pattern": "^[^\\x00]*$"})
BEFORE = Parameter("before", "query", "The `next` of the page before.", {"type": "string", "pattern": "^[0-9]{1,18}$"})
BEFORE_APP = Parameter("before", "query", "The `next` of the page before.", _id(APP_ID.pattern))
MESSAGE_STATUS = Parameter(
    "status",
    "query",
    "Only messages that are running, or idle, or of which a call has failed.",
    {"type": "string", "enum": list(MESSAGE_STATUSES)},
)
LIMIT = Parameter(
    "limit",
    "query",
    "How many a page has at most.",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
)
PREFIX = Parameter(
    "prefix",
    "query",
    "Only files whose path begins so.",
    {"type": "string", "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$", "maxLength": MAX_PATH_BYTES},
)
ARCHIVE_FORMAT = Parameter(
    "format", "query", "What the archive is, before what `Accept` says.", {"type": "string", "enum": ["tar.gz", "zip"]}
)
VERSION = Parameter(
    "version", "query", "An older version of the file.", {"type": "integer", "minimum": 0, "maximum": DIGITS}
)
UNTIL = Parameter(
    "until",
    "query",
    "Close the stream once the message is idle after it has had a call. Without it, it stays open for calls that come later.",
    {"type": "string", "enum": ["idle"]},
)
BATCH = Parameter(
    "batch",
    "query",
    "Gather what comes within so many milliseconds into one `batch` event; changes of status are told at once. Heartbeats come "
    "every 5 seconds then.",
    {"type": "integer", "minimum": 0, "maximum": MOST_BATCH_MS, "default": 0},
)
LAST_EVENT_ID = Parameter(
    "Last-Event-ID",
    "header",
    "The id of the last event that was seen: the stream goes on after it, exactly, or begins with a `snapshot` whose reason is "
    "`resync`. EventSource sends it by itself.",
    {"type": "string"},
)
LAST_EVENT_ID_IN_QUERY = Parameter(
    "last_event_id", "query", "The same, for clients that cannot set the header.", {"type": "string"}
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "Makes a repetition safe: the same key and body give the first answer again (`Idempotent-Replayed`), for 24 hours.",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
)
TRACEPARENT = Parameter(
    "traceparent",
    "header",
    "W3C Trace Context; carried to the stages and events of the calls. One that is not valid counts as none.",
    {"type": "string"},
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
TAGS = {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'}
IF_NONE_MATCH = Parameter("If-None-Match", "header", "Answer 304 when the content has one of these tags.", TAGS)
IF_NO_FILE = Parameter(
    "If-None-Match", "header", "Write only when the file has none of these tags; `*`: only when it is not there.", TAGS
)
IF_STILL = Parameter("If-Match", "header", "Answer 412 when the content has none of these tags.", TAGS)
IF_MATCH = Parameter(
    "If-Match", "header", "Write only when the file has one of these tags; `*`: only when it is there.", TAGS
)
