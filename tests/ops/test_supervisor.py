"""The supervisor, with real processes: small Python programs that write down what happens to them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.local.output import LogFiles
from ops.local.program import Program, Rank
from ops.local.supervisor import Supervisor
from tests.wait import wait_until

# Notes its pid, starts a child that does the same, and notes every TERM with the name of the one that got it.
FAMILY = """
import os, signal, sys, time
notes = sys.argv[1]
def note(text):
    with open(notes, "a") as file: file.write(text + "\\n")
def end(who):
    def handle(number, frame):
        note(f"{who} got TERM")
        os._exit(0)
    return handle
child = os.fork()
who = "parent" if child else "child"
signal.signal(signal.SIGTERM, end(who))
note(f"{who} {os.getpid()}")
while True: time.sleep(0.05)
"""
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").write("parent ready")
while True: time.sleep(0.05)
"""
# Needs half a second to stop.
SLOW = """
import signal, sys, time
def note(text): print(text, file=open(sys.argv[1], "a"))
def end(*_):
    time.sleep(0.5)
    note("done")
    sys.exit()
signal.signal(signal.SIGTERM, end)
note("ready")
while True: time.sleep(0.05)
"""


def python(name: str, source: str, *arguments: object, rank: Rank = Rank.DOOR, drain_seconds: float = 10) -> Program:
    command = (sys.executable, "-c", source, *map(str, arguments))
    return Program(name, command, dict(os.environ), rank, drain_seconds)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def notes(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def pid_in(path: Path, who: str) -> int:
    return next((int(line.split()[1]) for line in notes(path) if line.startswith(f"{who} ") and "got" not in line), 0)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(LogFiles(tmp_path / "logs"))
    supervisor.start()
    yield supervisor
    supervisor.hasten()
    supervisor.stop()


def test_what_is_killed_is_started_again(supervisor: Supervisor) -> None:
    supervisor.add([python("sleeper", "import time; time.sleep(600)")])
    first = wait_until(lambda: supervisor.pid("sleeper"), "the first start")
    supervisor.signal("sleeper", signal.SIGKILL)
    second = wait_until(lambda: supervisor.pid("sleeper") not in (None, first), "the second start")
    assert second


def test_what_keeps_crashing_is_started_more_and_more_slowly(supervisor: Supervisor, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    supervisor.add(
        [python("crasher", "import sys, time; print(time.time(), file=open(sys.argv[1], 'a')); 1 / 0", starts)]
    )
    wait_until(lambda: len(notes(starts)) >= 3, "three starts")
    first, second, third = map(float, notes(starts)[:3])
    assert second - first >= 0.5
    assert third - second >= 1.0
    log = (tmp_path / "logs" / "crasher.log").read_text()
    assert "ended (exit code 1); starts again in 0.5 s" in log
    assert "ZeroDivisionError" in log


def test_only_the_main_process_is_told_to_stop_and_its_children_do_not_outlive_it(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    supervisor.add([python("family", FAMILY, told)])
    child = wait_until(lambda: pid_in(told, "parent") and pid_in(told, "child"), "both to run")
    supervisor.stop()
    assert "parent got TERM" in notes(told)
    assert "child got TERM" not in notes(told)
    wait_until(lambda: not is_alive(child), "the child to be gone")


def test_doors_stop_first_then_workers_then_what_carries(supervisor: Supervisor, tmp_path: Path) -> None:
    ranks = {"carrier": Rank.CARRIER, "worker": Rank.WORKER, "door": Rank.DOOR}
    source = (
        "import signal, sys, time, pathlib\n"
        "folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]\n"
        "def end(*_): print(name, file=open(folder / 'order', 'a')); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "(folder / name).touch()\n"
        "while True: time.sleep(0.05)\n"
    )
    supervisor.add([python(name, source, tmp_path, name, rank=rank) for name, rank in ranks.items()])
    wait_until(lambda: all((tmp_path / name).exists() for name in ranks), "all to run")
    supervisor.stop()
    assert notes(tmp_path / "order") == ["door", "worker", "carrier"]


def test_what_does_not_stop_in_time_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    supervisor.add([python("stubborn", STUBBORN, ready, drain_seconds=0.2)])
    wait_until(lambda: notes(ready), "the program to ignore TERM")
    pid = supervisor.pid("stubborn")
    supervisor.stop()
    assert pid
    assert not is_alive(pid)


def test_a_hastened_stop_does_not_wait(supervisor: Supervisor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    supervisor.add([python("stubborn", STUBBORN, ready, drain_seconds=600)])
    wait_until(lambda: notes(ready), "the program to ignore TERM")
    begun = time.monotonic()
    supervisor.hasten()
    supervisor.stop()
    assert time.monotonic() - begun < 10


def test_what_is_held_stays_down_until_it_is_released(supervisor: Supervisor) -> None:
    supervisor.add([python("sleeper", "import time; time.sleep(600)")])
    wait_until(lambda: supervisor.pid("sleeper"), "the first start")
    supervisor.hold("sleeper")
    assert supervisor.pid("sleeper") is None
    supervisor.release("sleeper")
    wait_until(lambda: supervisor.pid("sleeper"), "the start after the release")


def test_a_command_that_is_not_there_is_said_in_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add([Program("nothing", ("/nonexistent/program",), dict(os.environ))])
    log = tmp_path / "logs" / "nothing.log"
    wait_until(lambda: log.exists() and "cannot run /nonexistent/program" in log.read_text(), "the reason in the log")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    source = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ops.local.output import LogFiles\n"
        "from ops.local.supervisor import Supervisor\n"
        "from tests.ops.test_supervisor import STUBBORN, python\n"
        "folder = Path(sys.argv[1])\n"
        "supervisor = Supervisor(LogFiles(folder), [python('stubborn', STUBBORN, folder / 'ready')])\n"
        "supervisor.start()\n"
        "while not (pid := supervisor.pid('stubborn')) or not (folder / 'ready').exists(): pass\n"
        "print(pid, flush=True)\n"
        "supervisor.wait()\n"
    )
    command, environment = [sys.executable, "-c", source, str(tmp_path)], {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    wait_until(lambda: not is_alive(pid), "the program to die with its supervisor")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_command_stops_everything_in_its_own_time(number: int, tmp_path: Path) -> None:
    source = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ops.interrupt import stoppable\n"
        "from ops.local.output import LogFiles\n"
        "from ops.local.supervisor import Supervisor\n"
        "from tests.ops.test_supervisor import SLOW, python\n"
        "folder = Path(sys.argv[1])\n"
        "supervisor = Supervisor(LogFiles(folder), [python('slow', SLOW, folder / 'notes')])\n"
        "with stoppable(supervisor.hasten):\n"
        "    supervisor.start()\n"
        "    try: supervisor.wait()\n"
        "    finally: supervisor.stop()\n"
        "print('stopped')\n"
    )
    with subprocess.Popen([sys.executable, "-c", source, str(tmp_path)], stdout=subprocess.PIPE, text=True) as command:
        wait_until(lambda: notes(tmp_path / "notes") == ["ready"], "the program to run")
        command.send_signal(number)
        assert command.communicate(timeout=30)[0] == "stopped\n"
    assert command.returncode == 0
    assert notes(tmp_path / "notes") == ["ready", "done"]


def test_a_program_that_is_killed_leaves_no_temporary_file(tmp_path: Path) -> None:
    scratch, started = tmp_path / "scratch", tmp_path / "started"
    scratch.mkdir()
    source = "import sys, tempfile, time; tempfile.mkdtemp(); open(sys.argv[1], 'w').close(); time.sleep(60)"
    program = Program("litter", (sys.executable, "-c", source, str(started)), {**os.environ, "TMPDIR": str(scratch)})
    supervisor = Supervisor(LogFiles(tmp_path / "logs"), [program])
    supervisor.start()
    wait_until(started.exists, "the program to make a temporary folder")
    assert any(scratch.iterdir())
    supervisor.hold("litter")
    assert not any(scratch.iterdir())
    supervisor.stop()
