"""What chaos checks with: its idea of the tools, and that each kind of damage is seen in a database that has it."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, update

from models.database import Store, migrate
from models.files import blob_of, store_blobs
from models.tables import apps, call_moves, call_waits, file_versions, files, messages, tool_calls
from ops.chaos.tree import Tree
from ops.chaos.verdict import ended_as, judge
from ops.chaos.workload import APPS, Asked, Workload
from ops.cli import main
from tests.core.calls import add, complete, edit, give_up, take
from workers.discovery import find_tools

APP = APPS[0]


def test_the_same_seed_asks_for_the_same_calls() -> None:
    one, other = (Workload(random.Random(7)) for _ in range(2))
    assert [one.batch() for _ in range(20)] == [other.batch() for _ in range(20)]


def test_the_calls_are_what_the_tools_take() -> None:
    workload, tools = Workload(random.Random(1)), find_tools(["workers.trial.append"])
    for one in (one for _ in range(50) for one in workload.batch()):
        tools[one.name].parse(one.arguments)


def test_the_tree_knows_what_the_tools_do() -> None:
    tree = Tree()
    steps: list[tuple[str, dict[str, str], str | None]] = [
        ("append-line", {"file_path": "a", "line": "one"}, None),
        ("append-line", {"file_path": "a", "line": "two"}, None),
        ("os-write", {"file_path": "b", "content": "b"}, None),
        ("os-rename", {"original_file_path": "a", "new_file_path": "b"}, "conflict"),
        ("os-delete", {"file_path": "b"}, None),
        ("os-delete", {"file_path": "b"}, "file-missing"),
        ("os-rename", {"original_file_path": "a", "new_file_path": "b"}, None),
        ("os-rename", {"original_file_path": "a", "new_file_path": "c"}, "file-missing"),
    ]
    for name, arguments, error in steps:
        assert tree.error_of(name, arguments) == error
        assert tree.run(name, arguments) == error
    assert tree.files == {"b": b"one\ntwo\n"}
    assert {path: len(versions) for path, versions in tree.versions.items()} == {"a": 3, "b": 3}


@dataclass
class Scene:
    """A database in which two calls wrote one file, one after another, and a third failed."""

    store: Store
    accepted: list[Asked]

    def wrong(self) -> str:
        return "\n".join(judge(self.store, self.accepted))

    def damage(self, *deeds: Callable[[Connection], Any]) -> None:
        with self.store.write() as tx:
            for deed in deeds:
                deed(tx)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    url = f"sqlite:///{tmp_path}/chaos.db"
    migrate(url)
    writes = {id: {"file_path": "a", "content": id} for id in ("one", "two")}
    lost = {"file_path": "gone"}
    with closing(Store(url)) as store:
        calls = [edit(id, "a", name="os-write", arguments=arguments) for id, arguments in writes.items()]
        with store.write() as tx:
            failing = edit("three", "gone", name="os-delete", arguments=lost)
            one, two, three = add(tx, *calls, failing, app=APP).calls
        complete(store, one.key, {"a": b"one"})
        complete(store, two.key, {"a": b"two"})
        claimed = take(store, three.key)
        assert claimed is not None
        give_up(store, claimed)
        scene = Scene(store, [Asked(APP, "m1", call.id, call.name, {}) for call in (one, two, three)])
        missing = {"type": "file-missing"}
        scene.damage(
            lambda tx: tx.execute(update(tool_calls).values(announced=tool_calls.c.version)),
            lambda tx: tx.execute(update(messages).values(announced=messages.c.version)),
            lambda tx: tx.execute(update(tool_calls).where(tool_calls.c.id == "three").values(error=missing)),
        )
        yield scene


def of(id: str) -> Any:
    return tool_calls.c.id == id


def test_what_is_right_is_found_right(scene: Scene) -> None:
    assert scene.wrong() == ""
    assert ended_as(scene.store) == {"failed": 1, "succeeded": 2}


def test_a_call_that_was_accepted_must_be_there_and_no_other(scene: Scene) -> None:
    scene.accepted[0] = Asked(APP, "m1", "four", "os-write", {})
    assert f"{APP}/m1/four was accepted and is not there" in scene.wrong()
    assert f"{APP}/m1/one is there and was never accepted" in scene.wrong()


DAMAGE: dict[str, tuple[Any, str]] = {
    "open": (update(tool_calls).where(of("one")).values(status="running"), "is not final"),
    "claimed": (update(tool_calls).where(of("one")).values(claimed_by="p.1"), "is still claimed by p.1"),
    "untold": (update(tool_calls).where(of("one")).values(announced=1), "is told up to version 1 of 3"),
    "waits": (update(tool_calls).where(of("one")).values(waiting_for=["x"]), "still waits for ['x']"),
    "keeps": (update(tool_calls).where(of("one")).values(cursor=3), "still keeps cursor"),
    "gap": (delete(call_moves).where(call_moves.c.version == 2), "the moves [1, 3]"),
    "twice": (update(call_moves).where(call_moves.c.version == 2).values(status="succeeded"), "succeed from succeeded"),
    "attempt": (update(call_moves).where(call_moves.c.version == 2).values(attempt=2), "attempt 1 became 2 by start"),
    "stage": (update(call_moves).where(call_moves.c.version == 1).values(stage=5), "a finished stage ran again"),
    "impossible": (
        update(tool_calls).where(of("two")).values(name="os-delete"),
        "is not what running one by one gives",
    ),
    "excuse": (
        update(tool_calls).where(of("three")).values(error={"type": "conflict"}),
        "failed with conflict, expected: file-missing",
    ),
    "effect lost": (delete(file_versions).where(file_versions.c.version == 1), "a has the versions [2]"),
    "count": (update(apps).values(bytes=99), "counts 1 files of 99 bytes; there are 1 of 3"),
    "message": (update(messages).values(open=2), "message chaos-a/m1: 2 open"),
    "number": (update(apps).values(next_seq=1), "next_seq 1 was given to a call already"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found(scene: Scene, kind: str) -> None:
    statement, found = DAMAGE[kind]
    scene.damage(lambda tx: tx.execute(statement))
    assert found in scene.wrong()


def test_an_effect_of_a_failed_call_is_found(scene: Scene) -> None:
    blob = blob_of(b"ghost")
    version = {"app_id": APP, "path": "gone", "version": 1, "sha256": blob.sha256, "size": blob.size}
    scene.damage(
        lambda tx: store_blobs(tx, [b"ghost"]),
        lambda tx: tx.execute(insert(files).values(**version, updated_at=1.0)),
        lambda tx: tx.execute(insert(file_versions).values(**version, seq=3, at=1.0)),
    )
    assert "gone is not what running one by one gives: 1 versions instead of 0" in scene.wrong()
    assert "gone holds b'ghost' instead of None" in scene.wrong()


def test_what_still_waits_is_found(scene: Scene) -> None:
    scene.damage(lambda tx: tx.execute(insert(call_waits).values(call_key=2, waits_for=1)))
    assert "1 rows are left in call_waits" in scene.wrong()


@pytest.mark.parametrize("wrong", [["--seconds", "0"], ["--workers", "0"]])
def test_a_run_that_makes_no_sense_is_refused(
    wrong: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOOLREEL_NO_VENV", "1")
    assert main(["chaos", *wrong]) == 1
    assert "ops:" in capsys.readouterr().err
