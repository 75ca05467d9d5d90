"""Tool calls: one with its timeline, an app's history, and the controls."""

from gateway.spec.call import CallsPage, CallWithTimeline
from gateway.spec.documented import Answer, Documented
from gateway.spec.parameter import APP, BEFORE, CALL, IDEMPOTENCY_KEY, LIMIT, MESSAGE, NAME, STATUS
from models.errors import NotImplementedYet

PATH = "/v1/apps/{app_id}/messages/{message_id}/tool-calls/{call_id}"

SHOW = Documented(
    "GET",
    PATH,
    "getToolCall",
    "calls",
    "Read a tool call and its timeline",
    (Answer(200, "The call's state, and when each of its stages ran.", CallWithTimeline),),
    parameters=(APP, MESSAGE, CALL),
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


def _control(name: str, summary: str) -> Documented:
    return Documented(
        "POST",
        f"{PATH}/{name}",
        f"{name}ToolCall",
        "calls",
        summary,
        (),
        parameters=(APP, MESSAGE, CALL, IDEMPOTENCY_KEY),
        problems=(NotImplementedYet,),
    )


CALLS = (
    SHOW,
    LIST,
    _control("pause", "Pause a tool call at its next checkpoint"),
    _control("resume", "Resume a paused tool call"),
    _control("cancel", "Cancel a tool call; it changes nothing"),
    _control("retry", "Make a new attempt of a failed or cancelled tool call"),
)
