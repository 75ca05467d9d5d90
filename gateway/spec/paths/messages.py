"""Messages: submitting tool calls, the model's words, states and results."""

from gateway.spec.documented import Answer, Body, Documented
from gateway.spec.entry import body_examples
from gateway.spec.message import AppsPage, MessagesPage, MessageState, Steered, Submitted, TextAdded, TextRequest
from gateway.spec.parameter import (
    APP,
    BEFORE,
    BEFORE_APP,
    FORMAT,
    IDEMPOTENCY_KEY,
    LIMIT,
    MESSAGE,
    MESSAGE_STATUS,
    TRACEPARENT,
    WAIT,
)
from gateway.spec.result import Results
from models.errors import CallIdConflict, IdempotencyMismatch

PATH = "/v1/apps/{app_id}/messages/{message_id}"

SUBMIT = Documented(
    "POST",
    PATH + "/tool-calls",
    "submitToolCalls",
    "messages",
    "Submit tool calls",
    (Answer(202, "Accepted, and durable.", Submitted),),
    "Each entry is taken as a model gives it. May be called again for the same message: later calls get the next indexes; "
    "an id that comes again with the same name and arguments changes nothing.\n\n"
    "A mistake of the client's refuses the whole batch and names each entry that is wrong. A mistake of the model's (arguments "
    "that are no JSON or break the tool's schema, a tool that nobody offers) fails that call alone.",
    (APP, MESSAGE, IDEMPOTENCY_KEY, TRACEPARENT),
    Body("Submission", examples=body_examples()),
    (CallIdConflict, IdempotencyMismatch),
)
TEXT = Documented(
    "POST",
    PATH + "/text",
    "addText",
    "messages",
    "Add the model's words to the conversation",
    (Answer(202, "Added.", TextAdded),),
    "They stand in the message's `flow` between the calls that were submitted before and after them.",
    (APP, MESSAGE, IDEMPOTENCY_KEY),
    Body(TextRequest),
    (IdempotencyMismatch,),
)
SHOW = Documented(
    "GET",
    PATH,
    "getMessage",
    "messages",
    "Read a message with all its calls",
    (Answer(200, "The message.", MessageState),),
    parameters=(APP, MESSAGE, WAIT),
)
RESULTS = Documented(
    "GET",
    PATH + "/results",
    "getResults",
    "messages",
    "Read the results, as the model's API takes them back",
    (Answer(200, "The finished calls' results, in submission order.", Results),),
    "A failed or cancelled call is a result too.",
    (APP, MESSAGE, FORMAT, WAIT),
)
LIST = Documented(
    "GET",
    "/v1/apps/{app_id}/messages",
    "listMessages",
    "messages",
    "List an app's messages, newest first",
    (Answer(200, "A page of messages.", MessagesPage),),
    parameters=(APP, MESSAGE_STATUS, BEFORE, LIMIT),
)
LIST_ALL = Documented(
    "GET",
    "/v1/messages",
    "listAllMessages",
    "messages",
    "List the messages of all apps, newest first",
    (Answer(200, "A page of the messages that the caller may see.", MessagesPage),),
    parameters=(MESSAGE_STATUS, BEFORE, LIMIT),
)
LIST_APPS = Documented(
    "GET",
    "/v1/apps",
    "listApps",
    "messages",
    "List the apps, newest first",
    (Answer(200, "A page of the apps that the caller may see.", AppsPage),),
    parameters=(BEFORE_APP, LIMIT),
)


def _control(name: str, summary: str) -> Documented:
    return Documented(
        "POST",
        f"{PATH}/{name}",
        f"{name}Message",
        "messages",
        summary,
        (Answer(202, "The states of the calls that were unfinished.", Steered),),
        "A call that it cannot be for stays as it is. Repeating it is harmless.",
        (APP, MESSAGE, IDEMPOTENCY_KEY),
        problems=(IdempotencyMismatch,),
    )


MESSAGES = (
    SUBMIT,
    TEXT,
    SHOW,
    RESULTS,
    LIST,
    LIST_ALL,
    LIST_APPS,
    _control("pause", "Pause all of a message's unfinished calls"),
    _control("resume", "Resume all of a message's paused calls"),
    _control("cancel", "Cancel all of a message's unfinished calls"),
)
