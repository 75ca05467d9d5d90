"""Submitting and reading tool calls over HTTP."""

import json
import threading
from typing import Any

import httpx
import pytest

from models.tables import tool_calls
from tests.gateway.conftest import AT, Scene
from tests.gateway.test_entry import SHAPES


def write(id_: str, path: str = "a.txt", content: str = "x") -> dict[str, Any]:
    return {"id": id_, "name": "os-write", "arguments": {"file_path": path, "content": content}}


def logo(id_: str) -> dict[str, Any]:
    return {"id": id_, "name": "logo", "arguments": {}}


def states(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 202, answer.text
    found: list[dict[str, Any]] = answer.json()["tool_calls"]
    return found


def test_a_submitted_batch_is_answered_with_states_in_order(scene: Scene, app: str) -> None:
    answer = scene.submit(app, "m1", write("c1"), logo("c2"))
    first, second = states(answer)
    assert (first["id"], first["index"], first["status"], first["title"]) == ("c1", 0, "queued", "Write a.txt")
    assert (second["id"], second["index"]) == ("c2", 1)
    own = f"/v1/apps/{app}/messages/m1"
    assert answer.json()["links"] == {"self": own, "events": f"{own}/events", "results": f"{own}/results"}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_the_same_call_when_it_is_submitted_again(scene: Scene, app: str, shape: str) -> None:
    scene.submit(app, "m1", SHAPES["plain"])
    state = states(scene.submit(app, "m1", SHAPES[shape]))[0]
    assert (state["id"], state["index"]) == ("c1", 0)
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").json()["counts"]["total"] == 1


def test_an_id_that_was_used_for_something_else_is_a_conflict(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", write("c1"))
    answer = scene.submit(app, "m1", write("c2"), write("c1", content="other"))
    assert (answer.status_code, answer.json()["type"]) == (409, "tool-call-id-conflict")
    assert answer.json()["errors"][0]["index"] == 1
    assert scene.client.get(f"/v1/apps/{app}/messages/m1/tool-calls/c2").status_code == 404


def test_a_clients_mistake_refuses_the_whole_batch(scene: Scene, app: str) -> None:
    answer = scene.submit(app, "m1", write("c1"), {"id": "c2"})
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/tool_calls/1/name", "/tool_calls/1/arguments"}
    assert scene.client.get(f"/v1/apps/{app}/messages/m1").status_code == 404


def test_a_models_mistake_fails_that_call_and_the_others_run(scene: Scene, app: str) -> None:
    broken = {"id": "c1", "type": "function", "function": {"name": "os-write", "arguments": "{"}}
    unknown = {"id": "c2", "name": "os-\0wirte", "arguments": {"x": "\0\x1b"}}
    found = states(scene.submit(app, "m1", broken, unknown, write("c3", "../x"), write("c4")))
    assert [state["status"] for state in found] == ["failed", "failed", "failed", "queued"]
    types = [state["error"]["type"] for state in found[:3]]
    assert types == ["invalid-arguments", "unknown-tool", "invalid-arguments"]
    assert found[3]["waiting_for"] == []


def test_calls_of_one_file_wait_for_each_other(scene: Scene, app: str) -> None:
    found = states(scene.submit(app, "m1", write("c1"), write("c2"), write("c3", "b.txt")))
    assert [state["waiting_for"] for state in found] == [[], ["c1"], []]


def test_a_call_that_no_worker_offers_says_so_while_it_is_queued(scene: Scene, app: str) -> None:
    note = {"note": "waiting for a worker that offers away"}
    assert states(scene.submit(app, "m1", {"id": "c1", "name": "away", "arguments": {}}))[0]["detail"] == note
    assert scene.client.get(f"/v1/apps/{app}/messages/m1/tool-calls/c1").json()["detail"] == note


def test_odd_but_legal_json_is_kept_as_it_is(scene: Scene, app: str) -> None:
    odd = {"n": 10**30, "deep": json.loads("[" * 200 + "]" * 200), "nul": "\0", "é": "\U0001f600"}
    states(scene.submit(app, "m1", {"id": "c1", "name": "no-such-tool", "arguments": odd}))
    with scene.gateway.store.read() as tx:
        kept = tx.execute(tool_calls.select().where(tool_calls.c.app_id == app)).mappings().one()["arguments"]
    assert kept == odd


def test_the_message_shows_its_calls_and_its_conversation(scene: Scene, app: str) -> None:
    path = f"/v1/apps/{app}/messages/m1"
    scene.client.post(f"{path}/text", json={"text": "First\0"}).raise_for_status()
    scene.submit(app, "m1", logo("c1"))
    scene.submit(app, "m1", logo("c2"))
    scene.client.post(f"{path}/text", json={"text": "Then"}).raise_for_status()
    body = scene.client.get(path).json()
    assert (body["status"], body["counts"]["queued"], len(body["tool_calls"])) == ("running", 2, 2)
    assert body["flow"] == [
        {"type": "text", "text": "First\ufffd"},
        {"type": "tool_calls", "ids": ["c1", "c2"]},
        {"type": "text", "text": "Then"},
    ]


def test_a_waiting_reader_is_answered_when_the_message_is_idle(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"))
    answers: list[httpx.Response] = []
    path = f"/v1/apps/{app}/messages/m1?wait=30"
    reader = threading.Thread(target=lambda: answers.append(scene.client.get(path)))
    reader.start()
    scene.finish(app, "m1", "c1")
    reader.join()
    assert answers[0].json()["status"] == "idle"


def test_a_wait_that_is_over_answers_with_what_there_is(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"))
    assert scene.client.get(f"/v1/apps/{app}/messages/m1?wait=1").json()["status"] == "running"


def test_results_come_in_the_order_submitted(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"), logo("c2"), logo("c3"))
    scene.finish(app, "m1", "c2", {"text": "second"})
    error = {"type": "tool-failed", "title": "The tool could not do this", "detail": "no ink", "retryable": False}
    scene.fail(app, "m1", "c1", error)
    body = scene.client.get(f"/v1/apps/{app}/messages/m1/results?format=anthropic").json()
    assert body["status"] == "running"
    assert [one["content"] for one in body["results"]] == ["The tool could not do this: no ink", "second"]


def test_a_calls_timeline_says_when_its_stages_ran(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"))
    scene.advance(scene.claim(app, "m1", "c1", 0, at=AT), at=AT + 1)
    scene.claim(app, "m1", "c1", 1, at=AT + 2)
    body = scene.client.get(f"/v1/apps/{app}/messages/m1/tool-calls/c1").json()
    runs = [(run["stage"], run["started_at"][17:19], (run["finished_at"] or "")[17:19]) for run in body["timeline"]]
    assert runs == [("analyzing", "40", "41"), ("writing", "42", "")]


def test_history_is_paged_newest_first(scene: Scene, app: str) -> None:
    for number in range(5):
        scene.submit(app, f"m{number}", logo("c1"))
    found, cursor = [], ""
    while cursor is not None:
        body = scene.client.get(f"/v1/apps/{app}/messages?limit=2{cursor and '&before=' + cursor}").json()
        found += [message["message_id"] for message in body["messages"]]
        cursor = body["next"]
    assert found == ["m4", "m3", "m2", "m1", "m0"]


def test_history_of_calls_is_filtered_by_status_and_name(scene: Scene, app: str) -> None:
    scene.submit(app, "m1", logo("c1"), write("c2"), {"id": "c3", "name": "nope", "arguments": {}})

    def ids(query: str) -> list[str]:
        body = scene.client.get(f"/v1/apps/{app}/tool-calls?{query}").json()
        return [call["id"] for call in body["tool_calls"]]

    assert ids("") == ["c3", "c2", "c1"]
    assert ids("status=failed") == ["c3"]
    assert ids("status=queued,running&name=os-write") == ["c2"]
    assert scene.client.get(f"/v1/apps/{app}/tool-calls?status=done").status_code == 400


def test_a_name_that_no_tool_can_have_is_malformed(scene: Scene, app: str) -> None:
    assert scene.client.get(f"/v1/apps/{app}/tool-calls?name=%00").json()["type"] == "malformed"


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "before=-1", "before=x"])
def test_a_bad_page_is_malformed(scene: Scene, app: str, query: str) -> None:
    assert scene.client.get(f"/v1/apps/{app}/messages?{query}").json()["type"] == "malformed"


def test_only_tools_of_live_workers_are_offered(scene: Scene) -> None:
    body = scene.client.get("/v1/tools?format=anthropic").json()
    assert [tool["name"] for tool in body["tools"]] == ["logo", "os-view", "os-write"]
    assert body["tools"][2]["input_schema"]["required"] == ["file_path", "content"]
    assert scene.client.get("/v1/tools").json()["tools"][0]["function"]["name"] == "logo"


def test_a_trace_context_goes_with_the_call(scene: Scene, app: str) -> None:
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    scene.submit(app, "m1", logo("c1"), headers={"traceparent": given})
    scene.submit(app, "m1", logo("c2"), headers={"traceparent": "00-" + "0" * 32 + "-b7ad6b7169203331-01"})
    assert scene.claim(app, "m1", "c1", 0).call.traceparent == given
    assert scene.claim(app, "m1", "c2", 0).call.traceparent is None
    calls = scene.client.get(f"/v1/apps/{app}/messages/m1").json()["tool_calls"]
    assert [call["traceparent"] for call in calls] == [given, None]
