"""CPU time of processes and their descendants, from /proc (proc(5)). Where there is no /proc, nothing is known."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
CLIENT = "client"
ASIDE = "aside"
DATABASE = "database"


@dataclass(frozen=True)
class Process:
    """A process, and the CPU time of it and of the children it has buried."""

    pid: int
    parent: int
    seconds: float


def running(proc: Path = PROC) -> dict[int, Process] | None:
    """All processes by id, or None where the system does not tell."""
    if not (proc / "self" / "stat").exists():
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return {process.pid: process for process in _processes(proc, ticks)}


def seconds_by_name(
    processes: Mapping[int, Process], names: Mapping[int, str], own: int, rest: str = DATABASE
) -> dict[str, float]:
    """CPU seconds of the descendants of `own` by the program they belong to.

    `names` are the main processes of programs, the client's among them. `own` is the client; what belongs to nobody is
    `rest`, by default the database's server.
    """
    totals = dict.fromkeys([*names.values(), CLIENT], 0.0)
    for process in processes.values():
        name = CLIENT if process.pid == own else _program(process, processes, names, own, rest)
        if name:
            totals[name] = totals.get(name, 0.0) + process.seconds
    return totals


def resident_kib(pid: int, proc: Path = PROC) -> float | None:
    """Memory of a process and its children, what they share counted once (PSS); None where the system does not tell."""
    processes = running(proc)
    if processes is None:
        return None
    family = [other for other in processes.values() if pid in (other.pid, other.parent)]
    return sum(_pss_kib(proc / str(process.pid) / "smaps_rollup") for process in family)


def parse_stat(text: str, ticks: int) -> Process:
    """A process from its `stat` line, whose second field may hold anything in its parentheses."""
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    spent = sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return Process(int(head.split(" ", 1)[0]), int(fields[1]), spent / ticks)


def _pss_kib(file: Path) -> int:
    lines = file.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _processes(proc: Path, ticks: int) -> Iterator[Process]:
    for folder in proc.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):  # it ended while we looked
                yield parse_stat((folder / "stat").read_text(errors="replace"), ticks)


def _program(
    process: Process, processes: Mapping[int, Process], known: Mapping[int, str], own: int, rest: str
) -> str | None:
    """The nearest known program at or above a process; None for one that is not of this tree."""
    while process.pid not in known:
        if process.parent == own:
            return rest
        above = processes.get(process.parent)
        if above is None:
            return None
        process = above
    return known[process.pid]
