"""The web pages and their files."""

from gateway.spec.documented import Answer, Documented
from gateway.spec.parameter import APP, ASSET, IF_NONE_MATCH, IF_STILL, MESSAGE
from models.errors import Malformed, PreconditionFailed

HTML = ("text/html",)
PAGE = (
    Answer(200, "The page: the same for everyone.", media=HTML, headers=("ETag",)),
    Answer(304, "The reader has it already.", media=(), headers=("ETag",)),
)
CONDITIONS = (IF_NONE_MATCH, IF_STILL)
PROBLEMS = (Malformed, PreconditionFailed)


def _page(path: str, id_: str, summary: str, description: str = "") -> Documented:
    parameters = (APP, MESSAGE) if "{" in path else ()
    return Documented(
        "GET", path, id_, "pages", summary, PAGE, description, (*parameters, *CONDITIONS), problems=PROBLEMS
    )


PAGES = (
    _page("/apps/{app_id}/messages/{message_id}", "showStream", "Watch and steer a message's tool calls"),
    _page("/apps/{app_id}/messages/{message_id}/trace", "showTrace", "See where a message's time went"),
    _page("/history", "showHistory", "Look through an app's messages", "Which app and which messages, its query says."),
    Documented(
        "GET",
        "/static/{path}",
        "getAsset",
        "pages",
        "Read a file of the pages",
        (
            Answer(200, "The file.", media=("*/*",), headers=("ETag",)),
            Answer(304, "The reader has it already.", media=(), headers=("ETag",)),
        ),
        "`toolreel.js` is the client that the pages use, for other pages to embed; `toolreel.d.ts` has its types.",
        (ASSET, *CONDITIONS),
        problems=PROBLEMS,
    ),
)
