"""The four shapes of a tool call, and what is wrong with those that are none."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.entry import Entry, read_entries
from models.errors import Malformed, TooLarge

SHAPES: dict[str, dict[str, Any]] = {
    "openai": {"id": "c1", "type": "function", "index": 3, "function": {"name": "t", "arguments": '{"a": 1}'}},
    "openai-responses": {"type": "function_call", "id": "fc_9", "call_id": "c1", "name": "t", "arguments": '{"a":1}'},
    "anthropic": {"type": "tool_use", "id": "c1", "name": "t", "input": {"a": 1}, "cache_control": None},
    "plain": {"id": "c1", "name": "t", "arguments": {"a": 1}},
}


def read(*raws: Any) -> list[Entry]:
    return read_entries({"tool_calls": list(raws)}, 256)


def refused(*raws: Any) -> list[dict[str, Any]]:
    with pytest.raises(Malformed) as caught:
        read(*raws)
    return caught.value.errors


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_to_the_same_call(shape: str) -> None:
    assert read(SHAPES[shape]) == [Entry("c1", "t", {"a": 1})]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('{"a": ', "not JSON"),
        ('{"a": NaN}', "not JSON"),
        ('{"a": "\\ud800"}', "not JSON"),
        ("[" * 10_000, "not JSON"),
        ("[" * 300 + "]" * 300, "nested too deeply"),
        ("[1]", "not a list"),
        ("null", "not null"),
        ('"{}"', "not text"),
        ("7", "not a number"),
        ("9" * 5000, "not JSON"),
    ],
)
def test_arguments_that_are_no_json_object_are_the_models_mistake(text: str, mistake: str) -> None:
    entry = read({"id": "c1", "type": "function", "function": {"name": "t", "arguments": text}})[0]
    assert mistake in (entry.mistake or "")
    assert entry.arguments == text


def test_no_text_at_all_is_a_call_without_arguments() -> None:
    (entry,) = read({"id": "c1", "type": "function", "function": {"name": "t", "arguments": ""}})
    assert (entry.arguments, entry.mistake) == ({}, None)


def test_input_that_is_no_object_is_the_models_mistake() -> None:
    assert read({"type": "tool_use", "id": "c1", "name": "t", "input": [1]})[0].mistake


def test_integers_of_any_size_stay_exact() -> None:
    entry = read({"type": "function_call", "call_id": "c1", "name": "t", "arguments": f'{{"a": {10**40}}}'})[0]
    assert entry.arguments == {"a": 10**40}


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        ("text", "/tool_calls/0"),
        (None, "/tool_calls/0"),
        ({"id": "c1", "type": "web_search", "name": "t", "arguments": {}}, "/tool_calls/0/type"),
        ({"id": "c1", "type": [], "name": "t", "arguments": {}}, "/tool_calls/0/type"),
        ({"id": "c 1", "name": "t", "arguments": {}}, "/tool_calls/0/id"),
        ({"id": "", "name": "t", "arguments": {}}, "/tool_calls/0/id"),
        ({"id": "c" * 129, "name": "t", "arguments": {}}, "/tool_calls/0/id"),
        ({"id": "c1\n", "name": "t", "arguments": {}}, "/tool_calls/0/id"),
        ({"id": 7, "name": "t", "arguments": {}}, "/tool_calls/0/id"),
        ({"type": "function_call", "id": "c1", "name": "t", "arguments": "{}"}, "/tool_calls/0/call_id"),
        ({"id": "c1", "arguments": {}}, "/tool_calls/0/name"),
        ({"id": "c1", "name": 7, "arguments": {}}, "/tool_calls/0/name"),
        ({"id": "c1", "name": "t"}, "/tool_calls/0/arguments"),
        ({"id": "c1", "type": "tool_use", "name": "t"}, "/tool_calls/0/input"),
        ({"id": "c1", "type": "function", "function": "t"}, "/tool_calls/0/function/name"),
        (
            {"id": "c1", "type": "function", "function": {"name": "t", "arguments": {}}},
            "/tool_calls/0/function/arguments",
        ),
    ],
)
def test_what_is_no_tool_call_is_the_clients_mistake_and_says_where(raw: Any, pointer: str) -> None:
    first = refused(raw)[0]
    assert (first["index"], first["pointer"]) == (0, pointer)
    assert first["detail"]


def test_every_wrong_entry_of_a_batch_is_named() -> None:
    errors = refused({}, SHAPES["plain"], {"id": "c2", "name": "t"})
    assert [error["index"] for error in errors] == [0, 0, 0, 2]


@pytest.mark.parametrize("body", [{}, {"tool_calls": None}, {"tool_calls": []}, {"tool_calls": {"id": "c1"}}])
def test_a_body_without_calls_is_malformed(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_entries(body, 256)


def test_too_many_calls_are_too_large() -> None:
    with pytest.raises(TooLarge):
        read_entries({"tool_calls": [SHAPES["plain"]] * 3}, 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["function", "function_call", "tool_use", None, "x"]),
        "id": JSON | st.just("c1"),
        "call_id": JSON | st.just("c1"),
        "name": JSON | st.just("t"),
        "arguments": JSON | JSON.map(json.dumps),
        "input": JSON,
        "function": JSON | st.fixed_dictionaries({"name": st.text(), "arguments": st.text()}),
    },
)


@settings(max_examples=50, deadline=None)
@given(st.lists(JSON | NEARLY, max_size=5))
def test_any_json_is_read_or_refused(raws: list[Any]) -> None:
    try:
        entries = read(*raws)
    except Malformed as error:
        assert all({"pointer", "detail"} <= problem.keys() for problem in error.errors)
        return
    assert len(entries) == len(raws)
