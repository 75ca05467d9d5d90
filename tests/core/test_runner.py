"""Running a stage: claim, run, commit; whatever a tool does, its call ends well or has changed nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import orjson
import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError, OperationalError

from models.call import Call
from models.database import Store
from models.errors import Conflict, ToolFailed
from models.lifecycle import Status
from models.tables import tool_calls
from tests.core.parts import Parts
from tests.core.together import together
from tests.core.tools import new, tool_of
from tests.wait import wait_until
from workers.run import Run
from workers.runner import run_stages
from workers.tool import Result, Tool


def nothing(run: Run) -> None:
    pass


def write_one(run: Run) -> None:
    run.files.write("a", b"1")


def submit(parts: Parts, tool: Tool, **arguments: Any) -> Call:
    (call,) = parts.submit(new(tool, **arguments))
    return call


def test_a_call_goes_through_its_stages_to_the_end(parts: Parts) -> None:
    tool = tool_of(nothing, write_one, lambda run: Result(text=f"has {run.files.read('a')!r}"))
    submit(parts, tool)
    parts.run_all(tool)
    call = parts.call("c1")
    assert (call.status, call.progress, call.result) == (Status.SUCCEEDED, 100, {"text": "has b'1'"})
    assert parts.moves("c1") == [(1, "accept"), (2, "start"), (3, "advance"), (4, "advance"), (5, "succeed")]
    assert parts.files() == {"a": b"1"}


def test_what_happens_is_told_as_it_happens(parts: Parts) -> None:
    tool = tool_of(nothing, write_one)
    submit(parts, tool)
    parts.run_all(tool)
    told = [(one["version"], one["status"], one["stage"], one["progress"]) for one in parts.told("m1/c1")]
    assert told == [
        (1, "queued", None, 0),
        (2, "running", "one", 0),
        (3, "running", "two", 20),
        (4, "succeeded", None, 100),
    ]
    assert parts.events()[-1].kind == "message"


def test_what_a_stage_staged_the_next_one_sees_and_nobody_else(parts: Parts) -> None:
    seen: list[Any] = []

    def look(run: Run) -> None:
        seen.append((run.files.read("a"), run.files.read("gone"), run.files.paths(), parts.files()))

    def stage(run: Run) -> None:
        run.files.write("a", b"new")
        run.files.delete("gone")

    write = tool_of(
        lambda run: [run.files.write(path, b"old") for path in ("a", "gone", "stays")] and None, name="write"
    )
    parts.submit(new(write, "c0"))
    parts.run_all(write)
    before = {"a": b"old", "gone": b"old", "stays": b"old"}
    tool = tool_of(stage, look, look)
    submit(parts, tool)
    parts.run_all(tool)
    assert seen == [(b"new", None, ["a", "stays"], before)] * 2
    assert parts.files() == {"a": b"new", "stays": b"old"}


def test_a_stage_that_is_delivered_twice_runs_once(parts: Parts) -> None:
    runs: list[str] = []
    tool = tool_of(lambda run: runs.append("one"), lambda run: runs.append("two"))
    call = submit(parts, tool)
    for stage in (0, 1):
        assert together(*[lambda stage=stage: parts.run(tool, call, stage)] * 3).count(True) == 1
        assert not parts.run(tool, call, stage)
    assert runs == ["one", "two"]
    assert parts.call("c1").status is Status.SUCCEEDED


def test_a_worker_that_wakes_up_late_changes_nothing(parts: Parts) -> None:
    awake, go_on = threading.Event(), threading.Event()

    def sleep(run: Run) -> None:
        run.files.write("a", b"zombie")
        awake.set()
        assert go_on.wait(30)

    tool, other = tool_of(sleep), tool_of(lambda run: run.files.write("a", b"other"))
    call = submit(parts, tool)

    def give_to_another() -> bool:
        assert awake.wait(30)
        with parts.store.write() as tx:
            tx.execute(update(tool_calls).values(epoch=2, claimed_by=None, version=3))
        assert not parts.run(other, call, 0)
        ran = parts.run(other, parts.call("c1"), 0)
        before = parts.call("c1"), parts.events()
        go_on.set()
        return ran and (before == (parts.call("c1"), parts.events()))

    assert together(lambda: parts.run(tool, call, 0), give_to_another) == [False, True]
    assert parts.files() == {"a": b"other"}


def fail_in_its_own_words(run: Run) -> None:
    raise ToolFailed("the text is not there")


def break_down(run: Run) -> None:
    raise KeyError("oops")


def give_what_is_no_json(run: Run) -> Any:
    return Result(text="\ud800")


def fail_in_words_that_are_no_text(run: Run) -> None:
    raise ToolFailed("it says \ud800")


def conflict(run: Run) -> None:
    run.files.write("a/b", b"1")


def too_large(run: Run) -> None:
    run.files.write("a", b"x" * (run.max_file_bytes + 1))


@pytest.mark.parametrize(
    ("fail", "slug", "words"),
    [
        (fail_in_its_own_words, "tool-failed", "the text is not there"),
        (break_down, "tool-failed", "probe stopped with an error of its own: KeyError: 'oops'"),
        (give_what_is_no_json, "tool-failed", "probe stopped with an error of its own"),
        (fail_in_words_that_are_no_text, "tool-failed", "it says "),
        (conflict, "conflict", "cannot both be there"),
        (too_large, "too-large", "may have at most"),
    ],
)
def test_a_call_that_fails_says_why_and_changes_nothing(parts: Parts, fail: Any, slug: str, words: str) -> None:
    tool = tool_of(write_one, lambda run: (run.progress(0.5), fail(run))[1])
    call = submit(parts, tool)
    assert parts.run(tool, call, 0)
    assert not parts.run(tool, call, 1)
    ended = parts.call("c1")
    assert (ended.status, ended.error and ended.error["type"], ended.progress) == (Status.FAILED, slug, 60)
    assert words in (ended.error or {})["detail"]
    assert parts.told("m1/c1")[-1]["error"] == ended.error
    assert parts.files() == {}
    assert not parts.run(tool, call, 1)


def test_arguments_that_the_tool_cannot_take_fail_the_call(parts: Parts) -> None:
    tool = tool_of(nothing)
    call = submit(parts, tool)
    with parts.store.write() as tx:
        tx.execute(update(tool_calls).values(arguments={"file_path": "../x", "more": 1}))
    assert not parts.run(tool, call, 0)
    error = parts.call("c1").error or {}
    assert error["type"] == "invalid-arguments"
    assert "file_path" in error["detail"]
    assert "more" in error["detail"]


def test_a_failed_call_sets_those_after_it_free(parts: Parts) -> None:
    failing, writing = tool_of(fail_in_its_own_words, name="failing"), tool_of(write_one, name="writing")
    parts.submit(new(failing, "c1"), new(writing, "c2"))
    parts.run_all(failing, writing)
    assert (parts.call("c1").status, parts.call("c2").status) == (Status.FAILED, Status.SUCCEEDED)
    assert parts.files() == {"a": b"1"}


def test_a_line_of_calls_runs_in_its_order(parts: Parts) -> None:
    tool = tool_of(nothing, lambda run: run.files.write("a", (run.files.read("a") or b"") + b"."))
    parts.submit(*(new(tool, f"c{number}") for number in range(5)))
    parts.run_all(tool)
    assert parts.files() == {"a": b"....."}


@pytest.mark.parametrize("end", [write_one, fail_in_its_own_words], ids=["a success", "a failure"])
def test_a_stage_whose_end_the_database_refuses_is_given_back(parts: Parts, end: Any) -> None:
    trouble = [("call_moves", "hidden")]

    def stage(run: Run) -> None:
        for old, new_name in trouble:
            rename(parts, old, new_name)
        end(run)

    tool = tool_of(stage)
    call = submit(parts, tool)
    with pytest.raises(DBAPIError):
        parts.run(tool, call, 0)
    rename(parts, "hidden", "call_moves")
    trouble.clear()
    left = parts.call("c1")
    assert (left.status, left.version, left.claimed_by) == (Status.RUNNING, 2, None)
    parts.run(tool, call, 0)
    assert parts.call("c1").status is (Status.SUCCEEDED if end is write_one else Status.FAILED)


class Forgetful:
    """A database that commits a statement and is gone before it can say so, and for a few more transactions."""

    def __init__(self, store: Store, failures: int) -> None:
        self._store = store
        self._failures = failures

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        with self._store.statement() as tx:
            yield tx
        raise OperationalError("the answer", None, Exception("lost"))

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._failures -= 1
        if self._failures >= 0:
            raise OperationalError("a transaction", None, Exception("refused"))
        with self._store.write() as tx:
            yield tx


@pytest.mark.parametrize("failures", [0, 1])
def test_a_claim_whose_answer_was_lost_is_given_back_as_soon_as_that_goes(parts: Parts, failures: int) -> None:
    tool = tool_of(nothing)
    call = submit(parts, tool)
    context = replace(parts.context, store=cast(Store, Forgetful(parts.store, failures)))
    with pytest.raises(OperationalError, match="lost"):
        run_stages(context, tool, call.key, call.epoch, 0, 0)
    wait_until(lambda: parts.call("c1").claimed_by is None, "the claim to be given back")
    assert parts.call("c1").status is Status.RUNNING
    assert parts.run(tool, call, 0)


def rename(parts: Parts, old: str, new_name: str) -> None:
    with parts.store.write() as tx:
        tx.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new_name}")


def test_results_and_outputs_may_hold_any_json(parts: Parts) -> None:
    odd = "\0 \u2028 é 😀"
    given: list[Any] = []

    def take(run: Run) -> Any:
        given.append(run.app_id)
        return Result(text=odd)

    tool = tool_of(lambda run: {"n": 2**70, "text": odd}, take)
    submit(parts, tool)
    parts.run_all(tool)
    assert (given, parts.call("c1").result) == (["demo"], {"text": odd})
    assert orjson.loads(parts.events()[-3].data)["id"] == "c1"


def test_a_conflict_with_what_came_meanwhile_fails_the_call_that_came_later(parts: Parts) -> None:
    tool = tool_of(lambda run: run.files.write("x/y", b"1"))
    blocker = tool_of(lambda run: run.files.write("x", b"1"), name="blocker")
    first = submit(parts, blocker, file_path="b")
    second = submit(parts, tool, id="c2", file_path="c")
    assert parts.run(blocker, first, 0)
    assert not parts.run(tool, second, 0)
    assert (parts.call("c2").error or {})["type"] == Conflict.slug
    assert parts.files() == {"x": b"1"}
