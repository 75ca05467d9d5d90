"""One running process: in a session of its own, on a leash, with its output going where it should."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ops.local.output import Output
from ops.local.program import Program

LEASH = Path(__file__).with_name("leash.py")


def leashed(command: Sequence[str], *, dying_signal: int = signal.SIGKILL, user: int = 0) -> list[str]:
    """The command, run so that it gets a signal when the calling thread ends in whatever way."""
    settings = (str(os.getpid()), str(int(dying_signal)), str(user))
    return [sys.executable, "-I", "-S", str(LEASH), *settings, *command]


def spawn(
    command: Sequence[str], environment: Mapping[str, str], stdout: int, folder: Path | None = None
) -> "subprocess.Popen[bytes]":
    """Start a command in a session of its own, so that the terminal's Ctrl-C and signals to our group pass it by."""
    return subprocess.Popen(  # noqa: S603
        command,
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


class Child:
    """A program that was started. Create it in a thread that lives as long as the program shall.

    It gets a folder of its own for temporary files, because one that is killed deletes none of them.
    """

    def __init__(self, program: Program, output: Output) -> None:
        self.program = program
        self._scratch = tempfile.mkdtemp(prefix="tr-", dir=program.environment.get("TMPDIR") or None)
        sink = output.connect(program.name)
        try:
            self._process = spawn(leashed(program.command), {**program.environment, "TMPDIR": self._scratch}, sink)
        except OSError:
            self._delete_scratch()
            raise
        finally:
            os.close(sink)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """Signal the main process only: a Celery worker's children that are told to stop lose their tasks."""
        self._process.send_signal(number)

    def sweep(self) -> None:
        """Kill what is left of its process group: itself, and children that outlived it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._delete_scratch()

    def _delete_scratch(self) -> None:
        # What cannot be deleted is left to whoever cleans the machine's temporary folder.
        shutil.rmtree(self._scratch, ignore_errors=True)
