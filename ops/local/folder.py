"""The data folder of a local stack: where things are in it, who uses it, and what a running stack says about itself."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import OpsError
from ops.local.private import private_folder, write_private


@dataclass(frozen=True)
class Running:
    """A stack that runs on a data folder."""

    url: str
    flower: str
    redis: str
    database: str


class DataFolder:
    """A folder of mode 0700. It belongs to one stack at a time, from `acquire` to `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def redis(self) -> Path:
        return self.path / "redis"

    def acquire(self) -> None:
        """Make the folder and take it. Raises OpsError when another stack has it or it cannot be written."""
        try:
            self.path = private_folder(self.path)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise OpsError(
                f"cannot use {self.path} as the data folder: {error.strerror}. Choose another with --data"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise OpsError(
                f"another Toolreel runs on {self.path}; stop it first, or choose another folder with --data"
            ) from None
        self._lock = lock

    def release(self) -> None:
        """Give the folder back; harmless when it is not held."""
        if self._lock is None:
            return
        self._told.unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = None

    def tell(self, **facts: str) -> None:
        """Say how to reach the stack that runs here."""
        write_private(self._told, json.dumps(facts, indent=2) + "\n")

    def running(self) -> Running | None:
        """The stack that runs on this folder, if one does."""
        if not self._is_taken():
            return None
        try:
            facts: dict[str, Any] = json.loads(self._told.read_text())
            return Running(**facts)
        except (OSError, ValueError, TypeError):
            return None

    @property
    def _told(self) -> Path:
        return self.path / "run.json"

    def _is_taken(self) -> bool:
        try:
            lock = os.open(self.path / "lock", os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False
