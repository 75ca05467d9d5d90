"""Resolve the dependencies of pyproject.toml anew and write both lock files, with hashes and without addresses.

Needs `uv` on PATH or in .venv (pip install uv); the network is the package index only.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops.environment import RUN_LOCK, TEST_LOCK
from ops.errors import OpsError

SUMMARY = "write the lock files anew (needs uv)"
LOCK = RUN_LOCK
PASSES_ON = False
COMPILE = (
    "pip",
    "compile",
    "pyproject.toml",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-config",
    "--quiet",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions, not the ones locked now")


def run(options: argparse.Namespace) -> int:
    from ops.bootstrap import ROOT

    upgrade = ("--upgrade",) if options.upgrade else ()
    _compile(ROOT, "--output-file", RUN_LOCK, *upgrade)
    _compile(ROOT, "--output-file", TEST_LOCK, "--group", "test", "--constraints", RUN_LOCK, *upgrade)
    print(f"Wrote {RUN_LOCK} and {TEST_LOCK}.")
    return 0


def _compile(root: Path, *options: str) -> None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    uv = shutil.which("uv", path=places)
    if uv is None:
        raise OpsError("uv was not found; install it with: pip install uv")
    if subprocess.run([uv, *COMPILE, *options], check=False, cwd=root, stdout=subprocess.DEVNULL).returncode:  # noqa: S603
        raise OpsError("uv could not resolve the dependencies; what it said is above")
