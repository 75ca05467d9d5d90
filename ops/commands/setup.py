"""Make .venv beside the code and install the locked requirements, then exit. Every other command does this by itself."""

import argparse
import sys

from ops.environment import RUN_LOCK, TEST_LOCK

SUMMARY = "prepare .venv and exit"
LOCK = RUN_LOCK
PASSES_ON = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--test", action="store_true", help="with what the tests and checks need")


def run(options: argparse.Namespace) -> int:
    from ops.bootstrap import ROOT, prepare, stays_outside
    from ops.environment import Environment

    environment = Environment(ROOT)
    if options.test and not stays_outside() and not environment.holds(TEST_LOCK):
        prepare(environment, TEST_LOCK)
    print(f"Ready: {sys.executable}")
    return 0
