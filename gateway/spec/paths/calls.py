"""Tool calls: one with its timeline, an app's history, and the controls."""

from gateway.spec.call import Arguments, CallsPage, CallState, CallWithTimeline, Log
from gateway.spec.documented import Answer, Documented
from gateway.spec.parameter import APP, BEFORE, CALL, IDEMPOTENCY_KEY, LIMIT, MESSAGE, NAME, STATUS
from models.errors import AlreadyFinal, IdempotencyMismatch, NotPausable, NotRetryable, ToolreelError

PATH = "/v1/apps/{app_id}/messages/{message_id}/tool-calls/{call_id}"

SHOW = Documented(
    "GET",
    PATH,
    "getToolCall",
    "calls",
    "Read a tool call and its timeline",
    (Answer(200, "The call's state, its arguments, and all that happened to it.", CallWithTimeline),),
    parameters=(APP, MESSAGE, CALL),
)
ARGUMENTS = Documented(
    "GET",
    PATH + "/arguments",
    "getToolCallArguments",
    "calls",
    "Read a tool call's arguments, however long",
    (Answer(200, "What the model gave.", Arguments),),
    parameters=(APP, MESSAGE, CALL),
)
LOG = Documented(
    "GET",
    PATH + "/log",
    "getToolCallLog",
    "calls",
    "Read the last lines that a tool call logged",
    (Answer(200, "The lines, as far as the event log still holds them.", Log),),
    "Lines are kept with the events, for a day after the app's last one.",
    (APP, MESSAGE, CALL),
)
LIST = Documented(
    "GET",
    "/v1/apps/{app_id}/tool-calls",
    "listToolCalls",
    "calls",
    "List an app's tool calls, newest first",
    (Answer(200, "A page of tool calls.", CallsPage),),
    parameters=(APP, STATUS, NAME, BEFORE, LIMIT),
)


def _control(name: str, summary: str, *more: type[ToolreelError]) -> Documented:
    return Documented(
        "POST",
        f"{PATH}/{name}",
        f"{name}ToolCall",
        "calls",
        summary,
        (Answer(202, "The call's state: acknowledged. The stream says when it is effective.", CallState),),
        "Repeating it is harmless. When it comes too late the problem has the call's state as `tool_call`.",
        (APP, MESSAGE, CALL, IDEMPOTENCY_KEY),
        problems=(AlreadyFinal, *more, IdempotencyMismatch),
    )


CALLS = (
    SHOW,
    ARGUMENTS,
    LOG,
    LIST,
    _control("pause", "Pause a tool call at its next checkpoint", NotPausable),
    _control("resume", "Resume a paused tool call"),
    _control("cancel", "Cancel a tool call; it changes nothing"),
    _control("retry", "Make a new attempt of a failed or cancelled tool call", NotRetryable),
)
