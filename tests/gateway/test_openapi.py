"""The documents of the API: valid, complete, true, and made from what validates."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from broker.log import EventLog
from gateway.app import create_app, operations
from gateway.entry import read_entries
from gateway.history import existing_call
from gateway.openapi import described
from gateway.spec.channels import asyncapi
from gateway.spec.message import TextRequest
from gateway.spec.paths import DOCUMENTED
from gateway.tokens import TokenRequest
from models.errors import Malformed
from models.events import CallProgressed, LinesLogged
from models.settings import Settings
from tests.gateway.conftest import Scene
from tests.gateway.contract import Contract
from tests.gateway.test_calls import logo
from tests.gateway.test_entry import JSON, NEARLY

DOCUMENT = described(Settings(), operations())
SUBMISSION = Draft202012Validator(
    {"$ref": "#/components/schemas/Submission", "components": DOCUMENT["components"]},
)


def every(value: Any, name: str) -> Iterator[Any]:
    """The values of all fields of this name, however deep."""
    if isinstance(value, dict):
        yield from (one for key, one in value.items() if key == name)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every(one, name)


def found(document: Any, reference: str) -> Any:
    """What a reference within the document refers to. Raises KeyError."""
    for name in reference.removeprefix("#/").split("/"):
        document = document[name.replace("~1", "/").replace("~0", "~")]
    return document


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.2.")
    validate(DOCUMENT)


def test_what_is_documented_is_what_is_routed() -> None:
    routes = [route for route in create_app().routes if isinstance(route, Route)]
    routed = {(method, re.sub(r":\w+}", "}", route.path)) for route in routes for method in route.methods or ()}
    documented = {(one.method, one.path) for one in DOCUMENTED}
    assert {one for one in routed if one[0] != "HEAD"} == documented
    assert len(documented) == len(DOCUMENTED)


def test_operations_have_names_of_their_own_and_words() -> None:
    assert len({one.id for one in DOCUMENTED}) == len(DOCUMENTED)
    assert all(one.summary and not one.summary.endswith(".") for one in DOCUMENTED)


def test_a_guarded_operation_says_what_its_caller_needs() -> None:
    for path, methods in operations().items():
        for method, operation in methods.items():
            one = DOCUMENT["paths"][path.replace(":path}", "}")][method.lower()]
            roles = [] if operation.needs in ("key", "anyone") else [operation.needs]
            assert one["security"][0] == {"bearer": roles}
            assert {"401", "403"} <= one["responses"].keys()


@pytest.mark.parametrize("document", [DOCUMENT, asyncapi("1")], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document: Any) -> None:
    references = {one for one in every(document, "$ref") if isinstance(one, str)}
    assert references and all(found(document, one) for one in references)


def test_examples_are_valid() -> None:
    contract, checked = Contract(DOCUMENT), 0
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", []):
            contract.validate({"$ref": f"#/components/schemas/{name}"}, example, name)
            checked += 1
    for one in every(DOCUMENT, "requestBody"):
        for content in one["content"].values():
            for example in content.get("examples", {}).values():
                assert len(read_entries(example["value"], 256)) == 1
                contract.validate(content["schema"], example["value"], example["summary"])
                checked += 1
    for parameters in every(DOCUMENT, "parameters"):
        for one in parameters if isinstance(parameters, list) else ():
            if "example" in one:
                Draft202012Validator(one["schema"]).validate(one["example"])
                checked += 1
    assert checked > 20


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON | NEARLY, max_size=3))
def test_the_schema_of_a_submit_takes_what_the_gateway_reads_and_nothing_else(raws: list[Any]) -> None:
    try:
        read_entries({"tool_calls": raws}, 256)
        read = True
    except Malformed:
        read = False
    assert SUBMISSION.is_valid({"tool_calls": raws}) == read


@pytest.mark.parametrize("model", [TextRequest, TokenRequest])
def test_a_body_is_documented_by_the_model_that_validates_it(model: type[Any]) -> None:
    schemas = [
        one["content"]["application/json"]["schema"]
        for one in every(DOCUMENT, "requestBody")
        if "application/json" in one["content"]
    ]
    assert {"$ref": f"#/components/schemas/{model.__name__}"} in schemas


def test_the_documents_need_no_key_and_are_kept_by_their_tag(scene: Scene) -> None:
    for path in ("/openapi.json", "/asyncapi.json", "/docs"):
        first = httpx.get(scene.url + path)
        assert first.status_code == 200
        again = httpx.get(scene.url + path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    served = scene.client.get("/openapi.json").json()
    assert served == json.loads(json.dumps(described(scene.gateway.settings, operations())))


@pytest.mark.parametrize("query", ["until=idle", "until=idle&batch=50"])
def test_every_event_of_a_message_is_as_documented(scene: Scene, app: str, query: str) -> None:
    path = f"/v1/apps/{app}/messages/m1/events"
    scene.client.post(f"/v1/apps/{app}/messages/m1/text", json={"text": "First"})
    kinds = list(told(scene, app, path, query))
    assert {"snapshot", "end"} <= set(kinds)
    assert {"flow", "tool_call", "log", "message"} <= set(kinds) or "batch" in kinds


def test_every_event_of_an_app_is_as_documented(scene: Scene, app: str) -> None:
    kinds = []
    for event in told(scene, app, f"/v1/apps/{app}/events", ""):
        kinds.append(event)
        if event == "message" and kinds.count("message") == 2:
            break
    assert {"snapshot", "flow", "tool_call", "log", "message"} <= set(kinds)


def told(scene: Scene, app: str, path: str, query: str) -> Iterator[str]:
    """The names of the events of a call's whole life, each held to the document."""
    contract = Contract.of(scene.gateway.settings)
    with scene.client.stream("GET", f"{path}?{query}") as stream:
        for one in EventSource(stream).iter_sse():
            contract.check_event(path, one.event, json.loads(one.data))
            yield one.event
            if one.event == "snapshot":
                live(scene, app)


def live(scene: Scene, app: str) -> None:
    """Submit a call, let it progress and write lines, and finish it."""
    scene.submit(app, "m1", logo("c1"))
    with scene.gateway.store.read() as tx:
        call = existing_call(tx, app, "m1", "c1")
    log = EventLog(scene.gateway.redis, scene.gateway.settings)
    log.append([CallProgressed(call, 3, "half of it").entry(), LinesLogged(call, ["a line"]).entry()])
    scene.finish(app, "m1", "c1")


class Page(HTMLParser):
    """The parts of a page that matter here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.style = ""
        self._open: list[str] = []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.ids |= {value for name, value in attrs if name == "id" and value}
        self.links |= {value for name, value in attrs if name in ("href", "src") and value}
        if tag not in ("meta", "wbr"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data


def test_the_reference_shows_every_operation_and_schema_and_loads_nothing(scene: Scene) -> None:
    answer = httpx.get(f"{scene.url}/docs")
    page = Page(answer.text)
    assert {one.id for one in DOCUMENTED} <= page.ids
    assert {f"schema-{name}" for name in DOCUMENT["components"]["schemas"]} <= page.ids
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids | {""}
    assert {link for link in page.links if not link.startswith("#")} == {"/openapi.json", "/asyncapi.json"}
    assert not {"script", "img", "link", "iframe"} & set(page.names)
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
