"""A whole run of chaos: a stack of its own, load, controls and harm for a while, then everything settles and is checked."""

import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.database import Store
from ops.chaos.controls import Controls
from ops.chaos.database import own_database
from ops.chaos.diary import Diary, Say
from ops.chaos.harm import Harm
from ops.chaos.leftovers import left_on_disk, left_running
from ops.chaos.load import Load
from ops.chaos.reader import Reader
from ops.chaos.settle import settle, wait_until_clean
from ops.chaos.verdict import ended_as, judge, moves_made
from ops.chaos.workload import APPS, Asked
from ops.local.output import LogFiles
from ops.local.stack import Stack

PROGRAMS = ("gateway", "files", "recovery", "beat")
LEASE_SECONDS = 2.0
TIMES = {
    "TOOLREEL_LEASE_SECONDS": f"{LEASE_SECONDS:g}",
    "TOOLREEL_HOLD_SECONDS": "1",
    "TOOLREEL_GRACE_SECONDS": "0.5",
    "TOOLREEL_DRAIN_SECONDS": "3",
    "TOOLREEL_LIVE_SECONDS": "2",
    "TOOLREEL_HEARTBEAT_SECONDS": "2",
}
# Nothing of the person's own servers.
OWN = {"REDIS_URL": "", "CELERY_BROKER_URL": "", "TOOLREEL_API_KEY": "", "TOOLREEL_TOOLS": "workers.trial.append"}
Deed = Callable[[threading.Event], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did, in words, and all that is wrong after it."""

    did: str
    ended: dict[str, int]
    moves: dict[str, int]
    wrong: list[str]


class Chaos:
    """One run. `hasten`, from a signal handler, makes the end come at once."""

    def __init__(
        self, database: str, seconds: float, seed: int, workers: int, say: Say, logs: Path | None = None
    ) -> None:
        self._database = database
        self._seconds = seconds
        self._seed = seed
        self._workers = workers
        self._logs = logs
        self._diary = Diary(say)
        self._stack: Stack | None = None

    def run(self) -> Outcome:
        """Raises OpsError when the stack does not start."""
        with ExitStack() as resources:
            folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="toolreel-chaos-")))
            url = resources.enter_context(own_database()) if self._database == "postgres" else ""
            scratch = folder / "scratch"
            scratch.mkdir()
            output = LogFiles(self._logs or folder / "logs")
            environment = self._environment(url, scratch)
            stack = self._stack = Stack(folder / "data", only=PROGRAMS, environment=environment, output=output)
            with stack, closing(Store(stack.database_url)) as store:
                accepted = self._trouble(stack, store)
                wrong = judge(store, accepted)
                ended, moves = ended_as(store), moves_made(store)
            left = [*left_running(stack), *left_on_disk(scratch)]
        return Outcome(self._diary.summary(), ended, moves, [*self._diary.wrong, *wrong, *left])

    def hasten(self) -> None:
        if self._stack is not None:
            self._stack.hasten()

    def _trouble(self, stack: Stack, store: Store) -> list[Asked]:
        """The calls that were accepted, once everything is quiet again."""
        load = Load(stack, store, self._chance("load"), self._diary)
        controls = Controls(stack, store, load, self._chance("controls"), self._diary)
        harm = Harm(stack, store, self._chance("harm"), self._diary, lease=LEASE_SECONDS)
        readers = [Reader(stack, app, self._diary) for app in APPS]
        with _going(*(reader.run for reader in readers)):
            with _going(load.run, controls.run, harm.run):
                time.sleep(self._seconds)
            settle(stack, store, load.known, readers, self._diary)
        wait_until_clean(stack, self._diary, lease=LEASE_SECONDS)
        return load.known

    def _chance(self, purpose: str) -> random.Random:
        return random.Random(f"{self._seed} {purpose}")  # noqa: S311

    def _environment(self, url: str, scratch: Path) -> dict[str, str]:
        workers = {"TOOLREEL_FILE_WORKERS": str(self._workers)}
        return {**OWN, **TIMES, **workers, "DATABASE_URL": url, "TMPDIR": str(scratch)}


@contextmanager
def _going(*deeds: Deed) -> Iterator[None]:
    """These run in threads of their own until the block ends. What one of them raises is raised then."""
    stopping = threading.Event()
    with ThreadPoolExecutor(len(deeds)) as pool:
        futures = [pool.submit(deed, stopping) for deed in deeds]
        try:
            yield
        finally:
            stopping.set()
    for future in futures:
        future.result()
