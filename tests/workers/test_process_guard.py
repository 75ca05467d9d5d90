"""Programs of tools die with the process that runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.wait import wait_until
from tests.workers.stage import COUNT, DEAF, Stage, living
from workers.process.group import GATE, Group, surroundings
from workers.process.guard import Guard

OWNER = """
import os, sys
from workers.process.group import Group, surroundings
group = Group(["sh", "-c", sys.argv[1]], cwd=sys.argv[2], env=surroundings({}), has_input=False)
print(group.id, flush=True)
if "fork" in sys.argv and not (child := os.fork()):
    import time; print(os.getpid(), flush=True); time.sleep(300)
group.source.read()
"""


@pytest.mark.parametrize("manner", ["kill", "stopped"])
def test_programs_die_with_a_process_that_is_killed(stage: Stage, manner: str) -> None:
    with _owner(stage, f"{DEAF}({COUNT}) & {COUNT}") as (owner, group):
        wait_until(lambda: stage.count() > 2, "it to count")
        if manner == "stopped":
            os.killpg(group, signal.SIGSTOP)
        owner.kill()
        wait_until(lambda: living(group) == [], "the group to be gone")


def test_a_fork_of_the_process_does_not_keep_its_programs_alive(stage: Stage) -> None:
    with _owner(stage, COUNT, "fork") as (owner, group):
        assert owner.stdout is not None
        fork = int(owner.stdout.readline())
        try:
            owner.kill()
            wait_until(lambda: living(group) == [], "the group to be gone")
        finally:
            # Raises when it is gone, and then the test has shown nothing.
            os.kill(fork, signal.SIGKILL)


@contextmanager
def _owner(stage: Stage, script: str, *more: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A process that runs a script, and the script's group. Nothing of them is left, whatever the test finds."""
    command = [sys.executable, "-c", OWNER, script, str(stage.folder), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        group = int(owner.stdout.readline())
        try:
            yield owner, group
        finally:
            owner.kill()
            if living(group):
                os.killpg(group, signal.SIGKILL)


def test_a_program_whose_owner_dies_before_the_guard_knows_it_never_begins(stage: Stage) -> None:
    gate, opener = os.pipe()
    command = [sys.executable, "-I", "-S", str(GATE), str(gate), "touch", "begun"]
    waiting = subprocess.Popen(command, cwd=stage.folder, pass_fds=(gate,), stderr=subprocess.DEVNULL)
    os.close(gate)
    os.close(opener)
    assert waiting.wait(30) == 1
    assert not (stage.folder / "begun").exists()


def test_a_guard_that_was_killed_is_replaced_and_told_all(stage: Stage) -> None:
    mine = Guard()
    groups = [_asleep() for _ in range(2)]
    mine.watch(groups[0].pid)
    first = mine.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: mine.watch(groups[1].pid) or mine.pid != first, "another guard")
    mine.close()
    assert [group.wait(10) for group in groups] == [-signal.SIGKILL] * 2


def test_a_guard_spares_what_it_was_told_to_forget() -> None:
    mine, kept = Guard(), _asleep()
    mine.watch(kept.pid)
    mine.forget(kept.pid)
    mine.close()
    assert kept.poll() is None
    kept.kill()
    kept.wait()


def _asleep() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["sleep", "300"], start_new_session=True)


def test_a_group_that_cannot_begin_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []

    def refuse(self: Guard, group: int) -> None:
        pids.append(group)
        raise OSError("no guard")

    monkeypatch.setattr(Guard, "watch", refuse)
    with pytest.raises(OSError, match="no guard"):
        Group(["true"], cwd=None, env=surroundings({}), has_input=False)
    assert living(pids[0]) == []
