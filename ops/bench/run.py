"""A whole run of the bench: a stack of its own in a temporary folder, the scenarios one after another, then nothing is left."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ops.bench.baseline.server import Baseline, running_baseline
from ops.bench.database import Databases
from ops.bench.lab import TOOLREEL, Lab
from ops.bench.limit import Limit
from ops.bench.machine import describe_database, describe_machine, describe_redis
from ops.bench.roster import Roster
from ops.bench.scenarios import SCENARIOS
from ops.bench.size import Size
from ops.bench.workload import SETTINGS
from ops.errors import OpsError
from ops.local.stack import Stack

PROGRAMS = ("gateway", "files", "recovery", "beat")
Say = Callable[[str], None]


class Bench:
    """One run. `hasten`, from a signal handler, makes the end come at once."""

    def __init__(self, database: str, workers: int, size: Size) -> None:
        self._databases = Databases(database)
        self._workers = workers
        self._size = size
        self._roster = Roster()
        self._stacks: list[Stack] = []

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
        for stack in self._stacks:
            stack.hasten()

    @contextmanager
    def _started(self) -> Iterator[Lab]:
        with ExitStack() as resources:
            resources.enter_context(self._databases)
            baseline = resources.enter_context(running_baseline(self._workers, self._size, self._roster))
            stack = resources.enter_context(self._stack({}))
            limit = resources.enter_context(Limit(stack.redis_url))
            self._roster.add_client(limit.pid)
            yield self._lab(stack, TOOLREEL, limit, baseline)

    def _lab(self, stack: Stack, name: str, limit: Limit, baseline: Baseline) -> Lab:
        @contextmanager
        def variant(name: str, settings: Mapping[str, str]) -> Iterator[Lab]:
            with self._stack(settings) as other:
                yield self._lab(other, name, limit, baseline)
            self._roster.drop(name)

        return Lab(stack, self._size, self._roster, limit=limit, baseline=baseline, variant=variant, name=name)

    @contextmanager
    def _stack(self, settings: Mapping[str, str]) -> Iterator[Stack]:
        """A stack with a folder, a Redis and a database of its own."""
        with self._databases.new() as url, tempfile.TemporaryDirectory(prefix="toolreel-bench-") as folder:
            stack = Stack(Path(folder), only=PROGRAMS, environment={**self._environment(url), **settings})
            self._stacks.append(stack)
            with stack:
                yield stack
            self._stacks.remove(stack)

    def _environment(self, database_url: str) -> dict[str, str]:
        """Nothing of the person's own servers: what is measured is what was started here."""
        return {
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
            "CELERY_BROKER_URL": "",
            "TOOLREEL_API_KEY": "",
            "TOOLREEL_FILE_WORKERS": str(self._workers),
            **SETTINGS,
        }


def _measured(name: str, lab: Lab) -> dict[str, Any]:
    begun = time.monotonic()
    try:
        found = SCENARIOS[name](lab).as_json()
    except OpsError as error:
        raise OpsError(f"{name}: {error}") from error
    return {**found, "seconds": round(time.monotonic() - begun, 1)}
