"""Run the test suite, with what pytest takes as arguments. A real Redis and a real PostgreSQL are started for it."""

import argparse
import os
import sys

from ops.environment import TEST_LOCK

SUMMARY = "run the test suite (arguments go to pytest)"
LOCK = TEST_LOCK
PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(options: argparse.Namespace) -> int:
    from ops.bootstrap import ROOT

    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *options.rest])  # noqa: S606
