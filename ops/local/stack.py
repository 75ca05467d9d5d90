"""One whole stack on this machine, as a value: `with Stack(folder) as stack: … stack.url, stack.key …`."""

import signal
import time
from collections.abc import Collection, Mapping
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from ops.bootstrap import ROOT
from ops.client import Client
from ops.errors import OpsError
from ops.local import redis, schema, surroundings
from ops.local.folder import DataFolder
from ops.local.output import LogFiles, Output
from ops.local.port import free_port, is_free
from ops.local.procfile import read_procfile, words
from ops.local.program import Program, rank_of
from ops.local.supervisor import Supervisor

GATEWAY = "gateway"
READY_SECONDS = 60.0
POLL_SECONDS = 0.05


class Stack:
    """The Procfile's programs on one data folder, with an embedded Redis and SQLite where the environment names no other.

    `only` names the programs to start (all by default); `gateways` of them listen on ports of their own, the first on
    `port` (a free one by default); `environment` is laid over this process's own. The programs write to `output`, by
    default files in `<data>/logs`.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        gateways: int = 1,
        only: Collection[str] | None = None,
        environment: Mapping[str, str] | None = None,
        output: Output | None = None,
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        self.folder = DataFolder(data)
        self._ports = [port or free_port(), *(free_port() for _ in range(gateways - 1))]
        self._only = only
        self._given = dict(environment or {})
        self._output = output
        self._ready_seconds = ready_seconds
        self.environment: dict[str, str] = {}
        self._supervisor: Supervisor | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the gateways listen."""
        return tuple(f"http://127.0.0.1:{port}" for port in self._ports)

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def key(self) -> str:
        return self.environment["TOOLREEL_API_KEY"]

    @property
    def redis_url(self) -> str:
        return self.environment["REDIS_URL"]

    @property
    def database_url(self) -> str:
        """As SQLAlchemy names it."""
        return self.environment["DATABASE_URL"]

    @property
    def flower_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['TOOLREEL_FLOWER_PORT']}"

    @property
    def programs(self) -> Supervisor:
        """The runner of the programs: pid, signal, hold and release each by its name."""
        if self._supervisor is None:
            raise OpsError("the stack is not started")
        return self._supervisor

    def pid(self, name: str) -> int | None:
        """The id of a program's main process, or None while it does not run."""
        return self.programs.pid(name)

    def signal(self, name: str, number: int = signal.SIGKILL) -> None:
        """Signal a program's main process; it is started again if it dies."""
        self.programs.signal(name, number)

    def hold(self, name: str) -> None:
        """Kill a program and keep it down until `release`."""
        self.programs.hold(name)

    def release(self, name: str) -> None:
        self.programs.release(name)

    def start(self) -> None:
        """Start everything and return when the gateways say that they are ready. Raises OpsError; nothing is left then."""
        self.folder.acquire()
        try:
            self._start()
        except BaseException:
            self.hasten()
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in order; harmless when repeated."""
        if self._supervisor is not None:
            self._supervisor.stop()
        self.folder.release()

    def hasten(self) -> None:
        """Make a stop that is going on, or to come, kill at once."""
        if self._supervisor is not None:
            self._supervisor.hasten()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait(self) -> None:
        """Wait until another thread, or a signal, ends the stack."""
        self.programs.wait()

    def wait_until_ready(self) -> None:
        """Return when every gateway that was started answers `/readyz` with 200. Raises OpsError when one does not."""
        end = time.monotonic() + self._ready_seconds
        for url in self.urls if GATEWAY in self._chosen() else ():
            with Client(url, patience=10) as client:
                while (trouble := _trouble(client)) and time.monotonic() < end:
                    time.sleep(POLL_SECONDS)
            if trouble:
                raise OpsError(self._failure(url, trouble))

    def _start(self) -> None:
        for port in self._ports:
            if not is_free(port):
                raise OpsError(f"port {port} is taken; stop what listens there, or choose another with --port")
        self.environment = surroundings.compose(self.folder, self._given, self._ports[0])
        self._supervisor = Supervisor(self._output or LogFiles(self.folder.logs))
        self._supervisor.start()
        self._start_redis(self._supervisor)
        self._migrate()
        self._supervisor.add(self._programs())
        self.wait_until_ready()
        self.folder.tell(url=self.url, flower=self.flower_url, redis=self.redis_url, database=self.database_url)

    def _start_redis(self, supervisor: Supervisor) -> None:
        if self.environment.get("REDIS_URL"):
            return
        program, url = redis.embedded(self.folder.redis)
        self.environment["REDIS_URL"] = url
        supervisor.add([program])
        redis.wait_until_ready(url, self.folder.redis)

    def _migrate(self) -> None:
        schema.bring_up_to_date(self.database_url)

    def _chosen(self) -> dict[str, str]:
        commands = read_procfile(ROOT / "Procfile")
        return {name: command for name, command in commands.items() if self._only is None or name in self._only}

    def _programs(self) -> list[Program]:
        programs = [self._program(name, command, self.environment) for name, command in self._chosen().items()]
        if GATEWAY in self._chosen():
            programs += [self._further_gateway(number) for number in range(2, len(self._ports) + 1)]
        return programs

    def _further_gateway(self, number: int) -> Program:
        port = str(self._ports[number - 1])
        return self._program(
            f"{GATEWAY}-{number}", self._chosen()[GATEWAY], {**self.environment, "TOOLREEL_PORT": port}
        )

    def _program(self, name: str, command: str, environment: Mapping[str, str]) -> Program:
        expanded = words(command, environment)
        return Program(name, expanded, environment, rank_of(expanded))

    def _failure(self, url: str, trouble: str) -> str:
        down = [name for name in self.programs.names if self.pid(name) is None]
        state = f"not running: {', '.join(down)}" if down else "all programs run"
        where = f"; see the logs in {self.folder.logs}" if self._output is None else ""
        return f"{url} was not ready after {self._ready_seconds:g} s ({trouble}; {state}{where})"


def _trouble(client: Client) -> str:
    """What keeps a gateway from being ready; empty when it is."""
    try:
        status, body = client.exchange("GET", "/readyz")
    except (OSError, HTTPException) as error:
        return f"no answer: {error}"
    return "" if status == 200 else f"{status}: {body[:300].decode(errors='replace')}"
