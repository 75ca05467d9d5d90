"""A short run of chaos, on each database: everything breaks, and nothing is lost."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ops.bootstrap import ROOT

SECONDS = 15


@pytest.mark.timeout(400)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nothing_is_lost_when_everything_breaks(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if database == "postgres":
        # For its word on a PostgreSQL that is missing; the run has one of its own.
        request.getfixturevalue("postgres_url")
    scratch, logs = tmp_path / "scratch", tmp_path / "logs"
    scratch.mkdir()
    options = ["--seconds", str(SECONDS), "--database", database, "--logs", str(logs)]
    command = [sys.executable, "-m", "ops", "chaos", *options]
    environment = {**os.environ, "TOOLREEL_NO_VENV": "1", "TMPDIR": str(scratch)}
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}the programs' logs are in {logs}"
    assert re.search(r"^seed \d+: nothing wrong$", ended.stdout, re.MULTILINE)
    assert re.search(r"[1-9]\d* harms", ended.stdout)
    assert list(scratch.iterdir()) == []
