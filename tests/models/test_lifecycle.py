"""The legal life of a call is exactly what the public contract says, and nothing goes round it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.lifecycle import BIRTHS, FINAL, MOVES, IllegalMove, Move, Status, follow

ROOT = Path(__file__).parents[2]
CONTRACT = {
    "queued": {"running", "paused", "cancelled", "failed"},
    "running": {"pausing", "paused", "cancelling", "cancelled", "succeeded", "failed", "queued"},
    "pausing": {"paused", "running", "cancelling", "succeeded", "failed"},
    "paused": {"running", "queued", "cancelling", "cancelled"},
    "cancelling": {"cancelled"},
    "succeeded": set[str](),
    "failed": {"queued"},
    "cancelled": {"queued"},
}


def test_a_call_may_become_exactly_what_the_contract_says() -> None:
    becomes: dict[str, set[str]] = {status.value: set() for status in Status}
    for sources, target in MOVES.values():
        for source in sources - {target}:
            becomes[source.value].add(target.value)
    assert becomes == CONTRACT


def test_only_a_retry_leaves_a_final_status() -> None:
    assert {move for move, (sources, _) in MOVES.items() if sources & FINAL} == {Move.RETRY}


def test_every_move_is_in_one_of_the_two_tables() -> None:
    assert set(BIRTHS) | set(MOVES) == set(Move)
    assert not set(BIRTHS) & set(MOVES)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", MOVES)
def test_following_a_move_gives_its_target_or_raises(status: Status, move: Move) -> None:
    sources, target = MOVES[move]
    if status in sources:
        assert follow(status, move) is target
        return
    with pytest.raises(IllegalMove, match=f"{move} from {status}"):
        follow(status, move)


def test_only_the_two_doors_give_a_call_its_status() -> None:
    assert {str(path.relative_to(ROOT)) for path in _files_that_give_a_status()} == {
        "models/move.py",
        "models/submit.py",
    }


def test_the_two_doors_take_the_status_from_the_tables() -> None:
    door, birth = (ROOT / "models/move.py").read_text(), (ROOT / "models/submit.py").read_text()
    assert "sources, target = MOVES[move]" in door
    assert ".values(status=target," in door
    assert "    status = BIRTHS[" in birth
    assert '"status": status,' in birth


def _files_that_give_a_status() -> Iterator[Path]:
    for package in ("broker", "gateway", "models", "ops", "workers"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text()
            if "status" not in text or "migrations" in path.parts:
                continue
            tree = ast.parse(text)
            if _writes_calls(tree) and any(_statuses(tree)):
                yield path


def _writes_calls(tree: ast.AST) -> bool:
    """Whether a file inserts or updates calls, or asks the one who does to change more of them."""
    doors = ("insert(tool_calls)", "update(tool_calls)", "update(table)", "tool_calls.insert()", "tool_calls.update()")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (
            ast.unparse(node) in doors or ast.unparse(node.func) in ("make_move", "move_held", "moved_rows")
        ):
            return True
        if isinstance(node, ast.Constant) and "update tool_calls" in str(node.value).lower():
            return True
    return False


def _statuses(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in named if isinstance(key, ast.Constant) and key.value == "status")
        elif isinstance(node, ast.Call):
            yield from (word.value for word in node.keywords if word.arg == "status")
