"""The virtual environment beside the code and the stamp that says what it holds. Standard library only."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-test.lock"
INCLUDED = {RUN_LOCK: (RUN_LOCK,), TEST_LOCK: (RUN_LOCK, TEST_LOCK)}


class Environment:
    """The environment of the tree at `root`. Whoever changes it holds the file lock of `bootstrap`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    def holds(self, lock: str) -> bool:
        """Whether a lock file, as it reads now, was installed completely and the environment was not moved since."""
        stamp = self._read_stamp()
        return self._is_ours(stamp) and stamp.get("locks", {}).get(lock) == self._digest(lock)

    def is_broken(self) -> bool:
        """Whether an install was interrupted, the folder was moved or its Python has gone: nothing in it is certain."""
        if self._unfinished.exists():
            return True
        stamp = self._read_stamp()
        return bool(stamp) and not self._is_ours(stamp)

    def begin(self) -> None:
        """Say that an install has begun; `finish` takes it back."""
        self.venv.mkdir(exist_ok=True)
        self._unfinished.touch()
        self._stamp.unlink(missing_ok=True)

    def finish(self, lock: str) -> None:
        """Say that the requirements of a lock file are all there."""
        locks = {name: self._digest(name) for name in INCLUDED[lock]}
        draft = self._stamp.with_suffix(".draft")
        draft.write_text(json.dumps({"root": str(self.root), "python": self._interpreter(), "locks": locks}))
        self._unfinished.unlink(missing_ok=True)
        draft.replace(self._stamp)

    @property
    def _stamp(self) -> Path:
        return self.venv / "toolreel.json"

    @property
    def _unfinished(self) -> Path:
        return self.venv / "toolreel.unfinished"

    def _read_stamp(self) -> dict[str, Any]:
        try:
            stamp = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _is_ours(self, stamp: dict[str, Any]) -> bool:
        return (
            stamp.get("root") == str(self.root)
            and stamp.get("python") == self._interpreter()
            and self.python.exists()
            and not self._unfinished.exists()
        )

    def _interpreter(self) -> str:
        """The real file behind the environment's Python: another one after an upgrade to the next minor version."""
        return os.path.realpath(self.python)

    def _digest(self, lock: str) -> str:
        return hashlib.sha256((self.root / lock).read_bytes()).hexdigest()
