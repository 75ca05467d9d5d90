"""A process beside the bench that receives, so that sending and receiving do not share one interpreter."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from ops.bootstrap import ROOT
from ops.errors import OpsError
from ops.local.child import leashed

START_SECONDS = 30.0


class Companion:
    """A module of this package, run as a process. Secrets go through its standard input, never its arguments.

    `told` is what it said when it was ready.
    """

    def __init__(self, module: str, task: Mapping[str, object]) -> None:
        self.told: dict[str, Any] = {}
        self._module = module
        self._process = subprocess.Popen(  # noqa: S603
            leashed([sys.executable, "-m", f"ops.bench.{module}"]),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.ask(task)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, what: Mapping[str, object]) -> None:
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self, seconds: float) -> dict[str, Any]:
        """The next line it says. Raises OpsError when there is none in time, or it says what went wrong."""
        assert self._process.stdout is not None  # noqa: S101
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not ready:
            raise OpsError(f"what was measured did not arrive within {seconds:g} s ({self._module})")
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line or b'{"error": "the process that receives ended"}')
        if "error" in answer:
            raise OpsError(answer["error"])
        return answer

    def __enter__(self) -> Self:
        self.told = self.answer(START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
