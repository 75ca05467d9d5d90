"""Results in the shapes that the models' APIs take back."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.results import results
from models.call import Call
from models.lifecycle import Status

BASE = Call(
    key=1,
    app_id="demo",
    message_key=1,
    message_id="m1",
    id="c1",
    index=0,
    seq=1,
    name="os-view",
    title="View a",
    target="a",
    stages=[{"name": "reading", "until": 100}],
    queue="files",
    pausable="no",
    origin="client",
    variant="enhanced",
    traceparent=None,
    status=Status.SUCCEEDED,
    control="run",
    stage=1,
    progress=100,
    detail={},
    result={"text": "1: hello", "size": 6},
    error=None,
    waiting_for=[],
    attempt=1,
    losses=0,
    backoffs=0,
    epoch=1,
    version=3,
    announced=3,
    claimed_by=None,
    claimed_at=None,
    dispatched_at=None,
    moved_at=0.0,
    next_attempt_at=None,
    submitted_at=1.0,
    started_at=2.0,
    finished_at=3.0,
    paused_ms=0,
)
ERROR = {"type": "mismatch", "title": "The text is not at those lines", "detail": "It is at 7-9.", "retryable": False}
FAILED = replace(BASE, id="c2", status=Status.FAILED, result=None, error=ERROR)
CANCELLED = replace(BASE, id="c3", status=Status.CANCELLED, result=None)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("openai", {"role": "tool", "tool_call_id": "c1", "content": "1: hello"}),
        ("openai-responses", {"type": "function_call_output", "call_id": "c1", "output": "1: hello"}),
        ("anthropic", {"type": "tool_result", "tool_use_id": "c1", "content": "1: hello", "is_error": False}),
        (
            "plain",
            {
                "id": "c1",
                "name": "os-view",
                "status": "succeeded",
                "result": {"text": "1: hello", "size": 6},
                "error": None,
            },
        ),
    ],
)
def test_a_result_has_the_shape_that_its_api_takes(form: str, expected: dict[str, Any]) -> None:
    assert results([BASE], form) == [expected]


def test_a_failed_call_is_a_result_in_the_words_of_its_error() -> None:
    assert results([FAILED], "anthropic") == [
        {
            "type": "tool_result",
            "tool_use_id": "c2",
            "content": "The text is not at those lines: It is at 7-9.",
            "is_error": True,
        }
    ]


def test_a_cancelled_call_says_that_it_changed_nothing() -> None:
    assert "changed nothing" in results([CANCELLED], "openai")[0]["content"]


def test_a_result_without_text_is_told_as_json() -> None:
    assert results([replace(BASE, result={"size": 6})], "openai")[0]["content"] == '{"size":6}'


def test_only_final_calls_of_the_client_are_told_in_order() -> None:
    running = replace(BASE, id="c0", status=Status.RUNNING)
    system = replace(BASE, id="c9", origin="system")
    assert [one["id"] for one in results([running, BASE, system, FAILED, CANCELLED], "plain")] == ["c1", "c2", "c3"]
