"""The gateway itself: its tools, its health, its documents."""

from pydantic import RootModel

from gateway.spec.documented import Answer, Documented
from gateway.spec.parameter import FORMAT, IF_NONE_MATCH
from gateway.spec.system import About, Alive, Ready
from gateway.spec.tool import Tools
from models.errors import PreconditionFailed, Unavailable

HTML = ("text/html",)


class AnyObject(RootModel[dict[str, object]]):
    """A JSON object."""


def _document(path: str, id_: str, summary: str) -> Documented:
    answers = (
        Answer(200, "The document.", AnyObject, headers=("ETag",)),
        Answer(304, "The reader has it already.", media=(), headers=("ETag",)),
    )
    return Documented("GET", path, id_, "system", summary, answers, parameters=(IF_NONE_MATCH,))


SYSTEM = (
    Documented(
        "GET",
        "/v1/tools",
        "listTools",
        "system",
        "List the tools that live workers offer",
        (Answer(200, "The tools with their JSON Schemas.", Tools),),
        parameters=(FORMAT,),
    ),
    Documented(
        "GET",
        "/",
        "about",
        "system",
        "Read what this is",
        (
            Answer(
                200, "JSON, or the start page for who asks for `text/html`.", About, media=("application/json", *HTML)
            ),
            Answer(304, "The reader has the page already.", media=(), headers=("ETag",)),
        ),
        parameters=(IF_NONE_MATCH,),
        problems=(PreconditionFailed,),
    ),
    Documented(
        "GET", "/healthz", "isAlive", "system", "Check that this process answers", (Answer(200, "It does.", Alive),)
    ),
    Documented(
        "GET",
        "/readyz",
        "isReady",
        "system",
        "Check that the store, Redis and a worker answer",
        (Answer(200, "They do.", Ready),),
        problems=(Unavailable,),
    ),
    Documented(
        "GET",
        "/metrics",
        "getMetrics",
        "system",
        "Read the gateway's figures",
        (Answer(200, "Prometheus' text format.", media=("text/plain",)),),
    ),
    _document("/openapi.json", "getOpenapi", "Read this document"),
    _document("/asyncapi.json", "getAsyncapi", "Read the streams' events as AsyncAPI has them"),
    Documented(
        "GET",
        "/docs",
        "getReference",
        "system",
        "Read this document as a page",
        (Answer(200, "A page without scripts.", media=HTML),),
    ),
)
