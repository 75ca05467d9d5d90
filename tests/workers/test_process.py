"""Programs of tools, run here for real, with a person's wishes said by the test."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.errors import ProcessFailed, TimedOut
from tests.wait import wait_until
from tests.workers.bench import Shelf
from workers.halt import Cancelled, ClaimLost, Halt, Parked
from workers.process import execution
from workers.process.group import GATE, Group, surroundings
from workers.process.guard import Guard, guard
from workers.process.output import BATCH_LINES, LAST_LINES, MOST_LINES
from workers.run import Files, Finished, Run
from workers.steering import CANCEL, PAUSE, RUN, Steering

COUNT = "n=0; while :; do n=$((n+1)); echo $n > count; sleep 0.01; done"
DEAF = "trap '' TERM HUP INT; "


class Wishes:
    """What the test wants of the stage. A pause lasts until something else is wanted."""

    cursor: Any = None

    def __init__(self) -> None:
        self.steering = Steering()
        self.steering.begin("t")
        self.paused = threading.Event()
        self.halt: type[Halt] = Cancelled

    @property
    def due(self) -> bool:
        return self.steering.due

    def ask(self, wanted: str) -> None:
        assert self.steering.ask("t", wanted)

    def meet(self) -> None:
        if self.steering.wanted == PAUSE:
            self.paused.set()
            self.steering.wait(30)
            self.paused.clear()
        if self.steering.wanted == CANCEL:
            raise self.halt

    def waking(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        return self.steering.waking(wake)


class Notes:
    """Keeps every batch of lines that was shown."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    @property
    def lines(self) -> list[str]:
        return [line for batch in self.batches for line in batch]

    def progress(self, fraction: float, note: str | None) -> None: ...

    def log(self, lines: Sequence[str]) -> None:
        self.batches.append(list(lines))


class Stage:
    """A stage that runs programs, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = Notes()
        self.wishes = Wishes()
        self.run = Run(
            "demo", Files(Shelf({})), self.notes, max_file_bytes=1, steer=self.wishes, grace_seconds=GRACE_SECONDS
        )

    def sh(self, script: str, **options: Any) -> Finished:
        return self.run.process(["sh", "-c", script], cwd=self.folder, **options)

    def python(self, script: str, **options: Any) -> Finished:
        return self.run.process([sys.executable, "-I", "-S", "-c", script], cwd=self.folder, **options)

    def count(self, name: str = "count") -> int:
        path = self.folder / name
        return int(path.read_text() or 0) if path.exists() else 0

    @contextmanager
    def running(self, script: str, **options: Any) -> Iterator["Outcome"]:
        """The script, run in a thread that stands for the stage's; it has begun when this begins."""
        outcome = Outcome()

        def work() -> None:
            try:
                outcome.finished = self.sh("echo $$ > leader; " + script, **options)
            except BaseException as error:
                outcome.error = error
            outcome.groups_at_end = living(outcome.group)

        thread = threading.Thread(target=work)
        thread.start()
        outcome.group = wait_until(lambda: self.count("leader"), "the program to begin")
        try:
            yield outcome
        finally:
            if thread.is_alive() and self.wishes.steering.wanted != CANCEL:
                self.wishes.ask(CANCEL)
            thread.join(30)
            assert not thread.is_alive()


class Outcome:
    finished: Finished | None = None
    error: BaseException | None = None
    groups_at_end: list[str] | None = None
    group = 0

    def wait(self) -> None:
        wait_until(lambda: self.groups_at_end is not None, "the program to end")


GRACE_SECONDS = 0.3


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def states(group: int) -> list[str]:
    """The states of a group's processes, as `ps` shows them."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [state for number, state in rows if int(number) == group]


def living(group: int) -> list[str]:
    return [state for state in states(group) if not state.startswith("Z")]


def test_output_and_errors_become_log_lines_in_their_order(stage: Stage) -> None:
    finished = stage.sh("echo one; echo two >&2; printf three")
    assert finished == Finished(0, "one\ntwo\nthree")
    assert stage.notes.lines == ["one", "two", "three"]


def test_lines_are_heard_while_the_program_runs(stage: Stage) -> None:
    with stage.running("echo early; while [ ! -e go ]; do sleep 0.01; done"):
        wait_until(lambda: stage.notes.lines == ["early"], "the line to be shown")
        (stage.folder / "go").touch()


def test_a_line_that_is_written_over_is_shown_once_and_heard_each_time(stage: Stage) -> None:
    heard: list[str] = []
    stage.run.process(["printf", r"10%%\r20%%\rdone\r\nnext\r\n\nlast\r"], on_line=heard.append)
    assert stage.notes.lines == ["done", "next", "", "last"]
    assert heard == ["10%", "20%", "done", "next", "", "last"]


def test_output_that_is_not_utf_8_and_lines_that_never_end_are_shown_as_far_as_they_go(stage: Stage) -> None:
    stage.sh(
        r"printf 'a\377b\n'; head -c 5000000 /dev/zero | tr '\0' x; echo; printf '\303'; sleep 0.05; printf '\244'"
    )
    odd, long, split = stage.notes.lines
    assert (odd, split) == ("a\ufffdb", "ä")
    assert long.startswith("xxx") and long.endswith("x…") and len(long) < 4000


def test_much_output_is_shown_in_batches_up_to_a_limit_and_its_end_is_kept(stage: Stage) -> None:
    finished = stage.sh("seq 100000")
    shown = stage.notes.lines
    assert shown[:MOST_LINES] == [str(number) for number in range(1, MOST_LINES + 1)]
    left_out = 100_000 - MOST_LINES - LAST_LINES
    assert shown[MOST_LINES] == f"… {left_out:,} lines left out …"
    assert shown[MOST_LINES + 1 :] == finished.tail.split("\n") == [str(100_000 - 49 + n) for n in range(50)]
    assert max(map(len, stage.notes.batches)) <= BATCH_LINES
    assert len(stage.notes.batches) <= MOST_LINES / BATCH_LINES + 10


def test_endless_output_ends_with_the_call(stage: Stage) -> None:
    with stage.running("yes") as outcome:
        wait_until(lambda: len(stage.notes.lines) >= MOST_LINES, "the limit of what is shown")
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert len(stage.notes.lines) <= MOST_LINES + LAST_LINES + 1
    assert outcome.groups_at_end == []


def test_input_goes_in_and_without_it_there_is_none(stage: Stage) -> None:
    content = b"".join(b"%d\n" % number for number in range(200_000))
    assert stage.sh("wc -c", input=content).tail.strip() == str(len(content))
    assert stage.sh("wc -c").tail.strip() == stage.sh("wc -c", input=b"").tail.strip() == "0"


def test_a_program_need_not_read_its_input(stage: Stage) -> None:
    assert stage.sh("exec <&-; echo enough", input=b"x" * 5_000_000).tail == "enough"


def test_an_exit_code_is_an_error_with_the_last_words(stage: Stage) -> None:
    with pytest.raises(ProcessFailed) as failed:
        stage.sh("echo all is lost; exit 3")
    assert failed.value.detail == "sh ended with exit code 3. It said last:\nall is lost"
    assert failed.value.as_call_error()["type"] == "process-failed"
    assert stage.sh("exit 3", check=False) == Finished(3, "")


def test_a_signal_is_an_error_with_its_name(stage: Stage) -> None:
    with pytest.raises(ProcessFailed, match=r"sh was ended by SIGSEGV\. It said nothing"):
        stage.sh("kill -SEGV $$")
    assert stage.sh("kill -KILL $$", check=False).returncode == -signal.SIGKILL


def test_a_program_that_is_not_there_is_an_error_that_names_it(stage: Stage) -> None:
    with pytest.raises(ProcessFailed, match="cannot run no-such-program: No such file or directory"):
        stage.run.process(["no-such-program"])
    with pytest.raises(FileNotFoundError):
        stage.run.process(["true"], cwd=stage.folder / "nowhere")
    with pytest.raises(ValueError, match="argv is empty"):
        stage.run.process([])


def test_a_program_sees_none_of_our_keys(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TOOLREEL_API_KEY", "REDIS_URL"):
        monkeypatch.setenv(name, "secret")
    names = {line.partition("=")[0] for line in stage.run.process(["env"], env={"MODE": "test"}).tail.split("\n")}
    assert {"PATH", "HOME", "LANG", "MODE"} <= names <= {"PATH", "HOME", "LANG", "TMPDIR", "MODE"}


def test_a_program_dies_of_a_broken_pipe_as_anywhere(stage: Stage) -> None:
    assert stage.sh("(yes; echo $? >&2) | head -n 1").tail.split() in (["y", "141"], ["141", "y"])


def test_a_pause_stops_all_of_it_before_it_is_said_and_a_resume_lets_it_go_on(stage: Stage) -> None:
    with stage.running(f"({COUNT}) & {COUNT.replace('count', 'other')}") as outcome:
        wait_until(lambda: stage.count() > 2 and stage.count("other") > 2, "both to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        wait_until(lambda: {state[0] for state in living(outcome.group)} == {"T"}, "all to be stopped")
        before = stage.count(), stage.count("other")
        assert all(state.startswith("T") for state in living(outcome.group))
        assert (stage.count(), stage.count("other")) == before
        stage.wishes.ask(RUN)
        wait_until(lambda: stage.count() > before[0] + 2 and stage.count("other") > before[1] + 2, "both to go on")
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert outcome.groups_at_end == []


def test_a_wish_is_heard_at_once_also_of_a_program_that_says_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "TICK_SECONDS", 3600)
    with stage.running(COUNT) as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        for _ in range(3):
            stage.wishes.ask(PAUSE)
            assert stage.wishes.paused.wait(10)
            stage.wishes.ask(RUN)
            wait_until(lambda: not stage.wishes.paused.is_set(), "it to go on")
        stage.wishes.ask(CANCEL)
        outcome.wait()
    assert isinstance(outcome.error, Cancelled)


def test_time_that_it_stands_still_does_not_count(stage: Stage) -> None:
    with stage.running("while [ ! -e go ]; do sleep 0.01; done", seconds=3) as outcome:
        begun = time.monotonic()
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        wait_until(lambda: time.monotonic() > begun + 3.2, "the limit to be over")
        (stage.folder / "go").touch()
        stage.wishes.ask(RUN)
        outcome.wait()
    assert outcome.finished == Finished(0, "")


@pytest.mark.parametrize("halt", [Parked, ClaimLost])
def test_a_call_that_is_parked_or_anothers_runs_not_even_to_clean_up(stage: Stage, halt: type[Halt]) -> None:
    stage.wishes.halt = halt
    with stage.running(f"trap 'touch cleaned; exit' TERM; {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, halt)
    assert outcome.groups_at_end == []
    assert not (stage.folder / "cleaned").exists()


def test_a_cancelled_program_may_clean_up_also_when_it_was_paused(stage: Stage) -> None:
    with stage.running(f"trap 'echo cleaning; touch cleaned; exit' TERM; {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert (stage.folder / "cleaned").exists()
    assert "cleaning" in stage.notes.lines
    assert outcome.groups_at_end == []


def test_a_cancel_kills_what_will_not_end_and_what_that_has_started(stage: Stage) -> None:
    with stage.running(f"{DEAF}(({COUNT}) & {COUNT}) & {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(CANCEL)
    assert isinstance(outcome.error, Cancelled)
    assert outcome.groups_at_end == []


def test_what_a_cancelled_program_has_started_gets_the_grace_too(stage: Stage) -> None:
    child = "(trap 'touch cleaned; exit' TERM; touch ready; while :; do sleep 0.01; done)"
    with stage.running(f"{child} & while [ ! -e ready ]; do sleep 0.01; done; exec sleep 60") as outcome:
        wait_until(lambda: (stage.folder / "ready").exists(), "the child to be ready")
        stage.wishes.ask(CANCEL)
    assert (stage.folder / "cleaned").exists()
    assert outcome.groups_at_end == []


def test_a_program_that_takes_too_long_is_stopped(stage: Stage) -> None:
    with pytest.raises(TimedOut, match=r"sh took longer than 0.2 seconds and was stopped. It said last:\nworking"):
        stage.sh(f"{DEAF}echo working; sleep 60", seconds=0.2)
    assert guard().groups == frozenset()


def test_an_error_of_the_tool_ends_its_program(stage: Stage) -> None:
    groups: list[int] = []

    def fail(line: str) -> None:
        groups.append(int(line))
        raise KeyError(line)

    with pytest.raises(KeyError):
        stage.sh("echo $$; sleep 60", on_line=fail)
    assert len(groups) == 1 and living(groups[0]) == []


def test_a_program_that_closes_its_output_is_waited_for_and_steered(stage: Stage) -> None:
    assert stage.sh("exec >&- 2>&-; sleep 0.1; exit 4", check=False).returncode == 4
    with stage.running(f"exec >&- 2>&-; {COUNT}") as outcome:
        wait_until(lambda: stage.count() > 2, "it to count")
        stage.wishes.ask(PAUSE)
        assert stage.wishes.paused.wait(10)
        stage.wishes.ask(CANCEL)
    assert outcome.groups_at_end == []


def test_what_a_program_leaves_behind_ends_with_it(stage: Stage) -> None:
    finished = stage.sh("echo $$; sleep 300 & echo done")
    group, word = finished.tail.split("\n")
    assert word == "done"
    assert living(int(group)) == []


def test_who_leaves_the_group_and_holds_the_output_open_is_not_waited_for(stage: Stage) -> None:
    finished = stage.python(
        "import os, time\n"
        "if not os.fork():\n    os.setsid(); print(os.getpid(), flush=True); time.sleep(300)\n"
        "time.sleep(0.2)"
    )
    os.kill(int(finished.tail), signal.SIGKILL)


def test_many_programs_leave_nothing_behind(stage: Stage) -> None:
    stage.sh("true")
    fds, watchman = Path("/dev/fd"), guard().pid
    before = len(list(fds.iterdir()))
    for number in range(20):
        stage.sh(f"echo {number}; exit {number % 2}", input=b"x" if number % 3 else None, check=False)
    assert len(list(fds.iterdir())) == before
    assert (guard().groups, guard().pid) == (frozenset(), watchman)


OWNER = """
import os, sys
from workers.process import execution
from workers.process.group import GATE, Group, surroundings
group = Group(["sh", "-c", sys.argv[1]], cwd=sys.argv[2], env=surroundings({}), has_input=False)
print(group.id, flush=True)
if "fork" in sys.argv and not (child := os.fork()):
    import time; print(os.getpid(), flush=True); time.sleep(300)
group.source.read()
"""


@pytest.mark.parametrize("manner", ["kill", "stopped"])
def test_programs_die_with_a_process_that_is_killed(stage: Stage, manner: str) -> None:
    script = f"{DEAF}({COUNT}) & {COUNT}"
    owner, group = _own(stage, script)
    wait_until(lambda: stage.count() > 2, "it to count")
    if manner == "stopped":
        os.killpg(group, signal.SIGSTOP)
    owner.kill()
    owner.communicate()
    wait_until(lambda: living(group) == [], "the group to be gone")


def test_a_fork_of_the_process_does_not_keep_its_programs_alive(stage: Stage) -> None:
    owner, group = _own(stage, COUNT, "fork")
    assert owner.stdout is not None
    fork = int(owner.stdout.readline())
    owner.kill()
    wait_until(lambda: living(group) == [], "the group to be gone")
    assert os.kill(fork, 0) is None
    os.kill(fork, signal.SIGKILL)
    owner.communicate()


def _own(stage: Stage, script: str, *more: str) -> tuple["subprocess.Popen[bytes]", int]:
    command = [sys.executable, "-c", OWNER, script, str(stage.folder), *more]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    return owner, int(owner.stdout.readline())


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
