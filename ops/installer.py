"""Makes the virtual environment and fills it with pip, also on machines without the venv and ensurepip packages.

Standard library only. A failed or interrupted run leaves a mark, so that the next one starts over.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from ops.environment import Environment
from ops.errors import OpsError
from ops.progress import Progress

OLDEST_PIP = (22, 3)
OFFLINE = re.compile(
    r"connection broken|name resolution|NewConnectionError|ConnectTimeout|timed out|ProxyError|unreachable", re.I
)

REQUIREMENT = re.compile(r"(?:Collecting|Ignoring|Requirement already satisfied:|Processing) ([^ :;]+)")


def install(environment: Environment, lock: str, *, keep_open: int) -> None:
    """Install a lock file's requirements. `keep_open` is a handle that pip inherits. Raises OpsError that says what to do."""
    print(f"Setting up {environment.venv} from {lock} (once; a minute or two).", file=sys.stderr, flush=True)
    if environment.is_broken():
        shutil.rmtree(environment.venv)
    environment.begin()
    if not environment.python.exists():
        _create(environment)
    _fill(environment, lock, keep_open)
    environment.finish(lock)


def _create(environment: Environment) -> None:
    made = _run([_outer_python(), "-m", "venv", "--without-pip", str(environment.venv)])
    if made.returncode:
        raise OpsError(
            f"could not make {environment.venv}:\n{made.stdout.strip()}\nOn Debian or Ubuntu: apt install python3"
        )


def _fill(environment: Environment, lock: str, keep_open: int) -> None:
    path = environment.root / lock
    progress = Progress(total=sum("==" in line for line in path.read_text().splitlines()))
    options = ["install", "--require-hashes", "--no-deps", "--no-input", "--progress-bar", "off", "-r", str(path)]
    code, tail = _watch([*_pip(environment), *options], progress, keep_open)
    progress.clear()
    if code:
        raise OpsError(_explain(tail))


def _watch(command: Sequence[str], progress: Progress, keep_open: int) -> tuple[int, list[str]]:
    """Run pip, showing what it does; its exit code and its last lines."""
    tail: deque[str] = deque(maxlen=15)
    environment = {**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        pass_fds=(keep_open,),
    ) as pip:
        try:
            for line in pip.stdout or ():
                tail.append(line.rstrip())
                _show(line, progress)
        except BaseException:
            pip.kill()  # interrupted: nothing may go on installing behind the next start's back
            raise
    return pip.returncode, list(tail)


def _show(line: str, progress: Progress) -> None:
    """Pass on what a line of pip's says: the next requirement, or that all are being installed."""
    if found := REQUIREMENT.match(line):
        progress.advance(found[1].rpartition("/")[2])
    if line.startswith("Installing collected packages"):
        progress.show(f"installing {line.count(',') + 1} packages …")


def _pip(environment: Environment) -> list[str]:
    """The command that starts a pip which installs into the environment."""
    for python in dict.fromkeys((_outer_python(), sys.executable)):
        if _pip_version(python) >= OLDEST_PIP:
            return [python, "-m", "pip", "--python", str(environment.python)]
    if importlib.util.find_spec("ensurepip") and not _run([str(environment.python), "-m", "ensurepip"]).returncode:
        return [str(environment.python), "-m", "pip"]
    raise OpsError(
        f"{_outer_python()} has no pip of {'.'.join(map(str, OLDEST_PIP))} or newer, which installs the requirements.\n"
        "On Debian or Ubuntu: apt install python3-pip; elsewhere: python3 -m ensurepip --upgrade"
    )


def _pip_version(python: str) -> tuple[int, ...]:
    answer = _run([python, "-m", "pip", "--version"])
    found = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found and not answer.returncode else ()


def _outer_python() -> str:
    """The Python outside of any virtual environment: the one inside may be what is about to be replaced."""
    outer = getattr(sys, "_base_executable", None) or sys.executable
    return str(outer) if Path(outer).exists() else sys.executable


def _explain(tail: Sequence[str]) -> str:
    text = "\n".join(tail)
    shown = f"pip could not install the requirements. It said last:\n{text}\n"
    if OFFLINE.search(text):
        return (
            shown
            + "The package index was not reached: check the network, or set HTTPS_PROXY, or PIP_INDEX_URL for a mirror."
        )
    if "No space left" in text:
        return shown + "The disk is full."
    if "DO NOT MATCH THE HASHES" in text:
        return (
            shown + "A package is not the one that was locked: a broken download, or an index that cannot be trusted."
        )
    return shown + "Run the command again once that is cleared up; it starts over."


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        command, check=False, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
