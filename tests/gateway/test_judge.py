"""Whether a call can run, and the words that help a model when it cannot."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.entry import Entry
from gateway.judge import judge
from models.access import Access
from models.jsontext import encode
from models.submit import NewCall
from tests.gateway.conftest import LOGO, VIEW, WRITE
from tests.gateway.test_entry import JSON

DECLARED = {tool.name: tool for tool in (WRITE, VIEW, LOGO)}


def judged(name: str, arguments: Any, mistake: str | None = None) -> NewCall:
    return judge(Entry("c1", name, arguments, mistake), DECLARED, set(DECLARED))


def detail(call: NewCall) -> str:
    assert call.error
    return str(call.error["detail"])


def test_a_good_call_takes_everything_from_its_tools_declaration() -> None:
    call = judged("os-write", {"file_path": "./src//App.tsx", "content": "x"})
    assert call.error is None
    assert (call.title, call.target) == ("Write src/App.tsx", "src/App.tsx")
    assert call.accesses == (Access("src/App.tsx", writes=True),)
    assert [stage["name"] for stage in call.stages] == ["analyzing", "writing", "validating"]


def test_an_unknown_tool_is_told_the_nearest_and_all_there_are() -> None:
    call = judged("os-wirte", {})
    assert call.error and call.error["type"] == "unknown-tool"
    assert "Did you mean os-write" in detail(call)
    assert "logo, os-view, os-write" in detail(call)


def test_every_problem_of_the_arguments_is_named_with_what_the_tool_takes() -> None:
    call = judged("os-write", {"file_path": "/etc/passwd", "mode": 7})
    assert call.error and call.error["type"] == "invalid-arguments"
    assert "content is missing" in detail(call)
    assert "file_path must be relative to the app's root" in detail(call)
    assert '"mode" is no argument of this tool' in detail(call)
    assert "os-write takes file_path (string, required), content (string, required)" in detail(call)


def test_a_wrong_type_is_said_in_words_without_repeating_the_value() -> None:
    text = detail(judged("os-write", {"file_path": "a", "content": ["x" * 10_000]}))
    assert "content must be of type string, not array" in text
    assert len(text) < 500


def test_a_wrong_choice_is_told_the_choices() -> None:
    assert 'style must be one of "flat", "round", not "square"' in detail(judged("logo", {"style": "square"}))


def test_at_most_ten_problems_are_told() -> None:
    assert "and 5 more problems" in detail(judged("logo", {f"x{number}": 1 for number in range(15)}))


def test_arguments_that_are_no_json_say_so() -> None:
    call = judged("os-write", "{", "the arguments are not JSON: …")
    assert detail(call).startswith("the arguments are not JSON: ….")
    assert call.arguments == "{"


def test_a_call_that_no_live_worker_offers_says_what_it_waits_for() -> None:
    call = judge(Entry("c1", "logo", {}), DECLARED, {"os-write"})
    assert call.detail == {"note": "waiting for a worker that offers logo"}


def test_control_characters_never_reach_a_text_column() -> None:
    call = judged("\0evil\x1b[31m" + "x" * 500, {})
    assert call.name.startswith("\ufffdevil") and len(call.name) <= 128
    assert "\0" not in detail(call)


def test_the_same_call_has_the_same_fingerprint_however_it_is_written() -> None:
    one = judged("os-write", {"file_path": "a", "content": "x"})
    other = judged("os-write", {"content": "x", "file_path": "a"})
    assert one.fingerprint == other.fingerprint != judged("os-write", {"file_path": "a", "content": "y"}).fingerprint


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sorted(DECLARED)) | st.text(min_size=1), st.dictionaries(st.text(), JSON))
def test_any_arguments_are_judged(name: str, arguments: dict[str, Any]) -> None:
    call = judged(name, arguments)
    assert call.error or call.stages
    encode(call.arguments)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(["file_path", "content", "lines", "style"]), JSON))
def test_any_values_of_known_arguments_are_judged(arguments: dict[str, Any]) -> None:
    for name in DECLARED:
        judged(name, arguments)
