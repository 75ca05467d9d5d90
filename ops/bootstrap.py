"""Makes sure that `.venv` beside the code holds the locked requirements, and goes on inside it. Standard library only.

An environment that is complete is used whatever Python started this; a container that has the requirements installed
sets TOOLREEL_NO_VENV=1 and is left alone.
"""

import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.environment import Environment
from ops.errors import OpsError

ROOT = Path(__file__).resolve().parent.parent
NO_VENV = "TOOLREEL_NO_VENV"


def enter(lock: str, argv: Sequence[str]) -> None:
    """Return when this process has the requirements of a lock file; otherwise run the command again where they are."""
    environment = Environment(ROOT)
    if stays_outside() or not (ROOT / lock).exists():
        return
    changed = False
    if not environment.holds(lock):
        changed = prepare(environment, lock)
    if changed or Path(sys.prefix) != environment.venv:
        _restart(environment, argv)


def stays_outside() -> bool:
    """Whether the person who runs this takes care of the requirements."""
    return os.environ.get(NO_VENV, "") not in ("", "0")


def prepare(environment: Environment, lock: str) -> bool:
    """Install what a lock file names, unless another process did while this one waited; says whether it did."""
    from ops import installer  # only here: every start would pay for its imports

    with exclusive(environment.root) as handle:
        if environment.holds(lock):
            return False
        _require_writable(environment)
        installer.install(environment, lock, keep_open=handle)
        return True


@contextmanager
def exclusive(folder: Path) -> Iterator[int]:
    """Hold the folder's lock; children that inherit the handle hold it too, so an orphaned pip keeps others waiting."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _wait_for(handle)
        yield handle
    finally:
        os.close(handle)


def _wait_for(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another start is setting up .venv; waiting for it.", file=sys.stderr, flush=True)
        fcntl.flock(handle, fcntl.LOCK_EX)


def _require_writable(environment: Environment) -> None:
    target = environment.venv if environment.venv.exists() else environment.root
    if os.access(target, os.W_OK | os.X_OK) and not _is_read_only(target):
        return
    raise OpsError(
        f"cannot write in {target}, where the requirements belong.\n"
        "Run this as the owner of that folder or copy the code to a folder of yours; "
        f"where the requirements are installed already, set {NO_VENV}=1."
    )


def _is_read_only(folder: Path) -> bool:
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _restart(environment: Environment, argv: Sequence[str]) -> None:
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(environment.root), *([path] if path else [])])
    sys.stdout.flush()
    os.execv(environment.python, [str(environment.python), "-m", "ops", *argv])  # noqa: S606
