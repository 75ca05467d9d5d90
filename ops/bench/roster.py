"""Whose process is whose: the programs of each side, the client's own, and those that stand aside while another is measured."""

from collections.abc import Mapping

from ops.bench.processes import ASIDE, CLIENT


class Roster:
    """Main processes by side. Sides and clients may come and go while the bench runs."""

    def __init__(self) -> None:
        self._sides: dict[str, dict[int, str]] = {}
        self._clients: set[int] = set()

    def add(self, side: str, programs: Mapping[int, str]) -> None:
        """The programs of a side by their main processes' ids."""
        self._sides[side] = dict(programs)

    def pid(self, side: str, program: str) -> int:
        """The main process of a side's program."""
        return next(pid for pid, name in self._sides[side].items() if name == program)

    def drop(self, side: str) -> None:
        """The side has ended."""
        del self._sides[side]

    def add_client(self, pid: int) -> None:
        self._clients.add(pid)

    def seen_by(self, side: str) -> dict[int, str]:
        """What each main process is while this side is measured."""
        others = {pid: ASIDE for name, programs in self._sides.items() if name != side for pid in programs}
        return {**others, **self._sides[side], **dict.fromkeys(self._clients, CLIENT)}
