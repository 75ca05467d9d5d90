"""Which processes there are to harm, and the means: signals to a program, to its children, to all of them at once."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ops.bench.processes import PROC, running
from ops.errors import OpsError
from ops.local.stack import Stack


def family(stack: Stack, name: str) -> list[int]:
    """A program's main process and all below it, top down; nothing while it does not run."""
    main = stack.pid(name)
    return [] if main is None else [main, *_below(main)]


def children(stack: Stack, name: str) -> list[int]:
    return family(stack, name)[1:]


def tell(pids: list[int], number: int) -> None:
    """Signal processes; those that have ended meanwhile do not mind."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def thaw(pids: list[int]) -> None:
    tell(pids, signal.SIGCONT)


def survivors(folder: Path) -> Iterator[str]:
    """The processes whose environment names a data folder, as `pid command`."""
    mark = f"TOOLREEL_DATA={folder}".encode()
    for found in PROC.iterdir():
        if not found.name.isdecimal() or int(found.name) == os.getpid():
            continue
        with suppress(OSError):  # it ended, or belongs to somebody else
            if mark in (found / "environ").read_bytes().split(b"\0"):
                yield f"{found.name} {(found / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()}"


def _below(main: int) -> list[int]:
    processes = running()
    if processes is None:
        raise OpsError("chaos finds the processes that it kills in /proc, which this system does not have")
    found = [main]
    for pid in found:
        found += sorted(process.pid for process in processes.values() if process.parent == pid)
    return found[1:]
