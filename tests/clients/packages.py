"""The npm packages that the tests need, installed once for each lock file and kept in the user's cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.program import lacking, needs

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json")


def node_modules(folder: Path = HERE) -> Path:
    """The folder of the packages that `folder`'s package.json names."""
    npm = needs("npm")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "toolreel-tests"
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = cache / f"{folder.name}-{lock}"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _install(npm, folder, kept)
    return kept / "node_modules"


def _install(npm: str, folder: Path, kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        made = Path(name) / "made"
        made.mkdir()
        for file in FILES:
            shutil.copy(folder / file, made)
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=made, check=False, capture_output=True, text=True, timeout=100)
        if done.returncode:
            lacking(f"the npm packages cannot be installed: {done.stderr[-500:]}")
        try:
            made.rename(kept)
        except OSError:
            # Another run was quicker.
            assert (kept / "node_modules").exists()
