"""Programs of tools: what goes in and comes out, how they end, and what they leave behind."""

import os
import signal
from pathlib import Path

import pytest

from models.errors import ProcessFailed
from tests.wait import wait_until
from tests.workers.stage import COUNT, Stage, living
from workers.halt import Cancelled
from workers.process.guard import guard
from workers.process.output import BATCH_LINES, LAST_LINES, MOST_LINES
from workers.run import Finished
from workers.steering import CANCEL, PAUSE


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
