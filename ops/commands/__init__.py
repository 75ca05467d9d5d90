"""The commands of `python3 -m ops`. Their modules import third-party packages only inside `run`: `--help` needs none."""

import argparse
from typing import Protocol

from ops.commands import bench, chaos, check, demo, keys, lock, migrate, replay, setup, test, up


class Command(Protocol):
    """What a module of this package offers; its docstring is the command's description."""

    __doc__: str | None
    SUMMARY: str
    LOCK: str
    PASSES_ON: bool

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's options."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it, inside the environment; the exit code. Raises OpsError."""


COMMANDS: dict[str, Command] = {
    "demo": demo,
    "up": up,
    "check": check,
    "migrate": migrate,
    "keys": keys,
    "replay": replay,
    "bench": bench,
    "chaos": chaos,
    "test": test,
    "setup": setup,
    "lock": lock,
}
