"""Recordings, and how a replay compares what came out with them."""

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ops.errors import OpsError
from ops.recording import Message, differences, read_recording, tree_of
from ops.replay import Outcome, Replay, shortcomings

CALL = {"id": "call_1", "name": "os-write", "arguments": {}}
STATE = {"id": "call_1", "name": "os-write", "status": "succeeded", "error": None, "origin": "client"}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def archive(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


class FakeGateway:
    """Answers like a gateway whose calls are done at once."""

    def __init__(self, files: dict[str, bytes], states: list[dict[str, Any]]) -> None:
        self.requests: list[str] = []
        self._files = files
        self._states = states

    def json(self, method: str, path: str, body: object = None) -> Any:
        self.requests.append(f"{method} {path}")
        return {"status": "idle", "tool_calls": self._states}

    def read(self, method: str, path: str, body: object = None) -> bytes:
        self.requests.append(f"{method} {path}")
        return archive(self._files)


def replay(files: dict[str, bytes], states: list[dict[str, Any]]) -> tuple[Replay, FakeGateway]:
    gateway = FakeGateway(files, states)
    return Replay(gateway, "app"), gateway  # type: ignore[arg-type]


def test_every_path_that_is_not_as_recorded_is_named_with_what_is_wrong() -> None:
    found = {"same": "1", "other": "2", "extra": "3"}
    wanted = {"same": "1", "other": "x", "absent": "4"}
    assert differences(found, wanted) == [
        "absent is missing",
        "extra should not be there",
        "other has other content",
    ]


def test_a_tree_is_the_digest_of_each_file_whatever_the_archive_calls_its_root() -> None:
    assert tree_of(archive({"./a/b.txt": b"one", "c": b""})) == {"a/b.txt": digest(b"one"), "c": digest(b"")}


def test_a_line_that_is_no_message_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"message_id": "m1", "tool_calls": []}\n\n{"message_id": "m2"}\n')
    with pytest.raises(OpsError, match="line 3"):
        read_recording(path)


def test_calls_that_did_not_succeed_or_were_lost_are_named() -> None:
    failed = {**STATE, "status": "failed", "error": {"detail": "no such line"}}
    assert shortcomings(Message("m1", [CALL], None), [failed]) == ["m1 call_1 os-write: failed no such line"]
    assert shortcomings(Message("m1", [CALL], None), []) == ["m1 has 0 calls, 1 were submitted"]


def test_calls_of_the_systems_own_are_left_out() -> None:
    own = {**STATE, "id": "preview", "origin": "system", "status": "running"}
    assert shortcomings(Message("m1", [CALL], None), [STATE, own]) == []


def test_a_replay_by_step_compares_after_every_message_and_one_by_flood_at_the_end() -> None:
    messages = [Message("m1", [CALL], {"a": digest(b"1")}), Message("m2", [CALL], {"a": digest(b"1")})]
    stepping, stepped = replay({"a": b"1"}, [STATE])
    flooding, flooded = replay({"a": b"1"}, [STATE])
    assert stepping.step(messages).is_right
    assert flooding.flood(messages).is_right
    assert sum("archive" in request for request in stepped.requests) == 2
    assert sum("archive" in request for request in flooded.requests) == 1


def test_a_replay_that_comes_out_differently_is_not_right() -> None:
    outcome = replay({"a": b"2"}, [STATE])[0].step([Message("m1", [CALL], {"a": digest(b"1")})])
    assert not outcome.is_right
    assert outcome.wrong == ["m1: a has other content"]


def test_a_message_without_a_recorded_tree_is_not_compared() -> None:
    assert replay({"a": b"2"}, [STATE])[0].step([Message("m1", [CALL], None)]).is_right


def test_the_figures_count_everything() -> None:
    outcome = Outcome(messages=2, calls=10, seconds=4, failures=["x"], wrong=[])
    assert outcome.figures() == "2 messages, 10 calls in 4.0 s (2.5/s), 1 not succeeded, 0 wrong files"
