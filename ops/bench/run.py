"""A whole run of the bench: a stack of its own in a temporary folder, the scenarios one after another, then nothing is left."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ops.bench.lab import Lab
from ops.bench.limit import Limit
from ops.bench.machine import describe_database, describe_machine, describe_redis
from ops.bench.scenarios import SCENARIOS
from ops.bench.size import Size
from ops.bench.workload import TURN_TOOL
from ops.errors import OpsError
from ops.local.postgres import throwaway_postgres
from ops.local.stack import Stack

PROGRAMS = ("gateway", "files", "recovery", "beat")
Say = Callable[[str], None]


class Bench:
    """One run. `hasten`, from a signal handler, makes the end come at once."""

    def __init__(self, database: str, workers: int, size: Size) -> None:
        self._database = database
        self._workers = workers
        self._size = size
        self._stack: Stack | None = None

    def run(self, names: Sequence[str], say: Say) -> dict[str, Any]:
        """Run these scenarios and give all figures, as JSON shows them. Raises OpsError."""
        machine = describe_machine()
        say("starting the stack")
        with self._started() as lab:
            outcome: dict[str, Any] = {
                "machine": machine,
                "database": describe_database(lab.stack.database_url),
                "redis": describe_redis(lab.stack.redis_url),
                "workers": self._workers,
                "scenarios": {},
            }
            for name in names:
                say(name)
                outcome["scenarios"][name] = _measured(name, lab)
            return outcome

    def hasten(self) -> None:
        if self._stack is not None:
            self._stack.hasten()

    @contextmanager
    def _started(self) -> Iterator[Lab]:
        with ExitStack() as resources:
            url = resources.enter_context(throwaway_postgres()) if self._database == "postgres" else ""
            folder = resources.enter_context(tempfile.TemporaryDirectory(prefix="toolreel-bench-"))
            self._stack = Stack(Path(folder), only=PROGRAMS, environment=self._environment(url))
            resources.enter_context(self._stack)
            yield Lab(self._stack, resources.enter_context(Limit(self._stack.redis_url)), self._size)

    def _environment(self, database_url: str) -> dict[str, str]:
        """Nothing of the person's own servers: what is measured is what was started here."""
        return {
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
            "CELERY_BROKER_URL": "",
            "TOOLREEL_API_KEY": "",
            "TOOLREEL_TOOLS": TURN_TOOL,
            "TOOLREEL_FILE_WORKERS": str(self._workers),
        }


def _measured(name: str, lab: Lab) -> dict[str, Any]:
    try:
        return SCENARIOS[name](lab).as_json()
    except OpsError as error:
        raise OpsError(f"{name}: {error}") from error
