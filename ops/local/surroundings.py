"""The environment that the programs of a local stack get."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from models.settings import Settings
from ops.bootstrap import ROOT
from ops.local.folder import DataFolder
from ops.local.key import first_key
from ops.local.port import free_port, is_free

FLOWER_USER = "toolreel"
FLOWER_PORT = 5555
# Celery warns each worker that runs as root, which is how a container or a fresh machine runs this.
ALLOWED = "ignore:You're running the worker with superuser privileges"


def compose(folder: DataFolder, given: Mapping[str, str], port: int) -> dict[str, str]:
    """This process's environment with what was given laid over it, and all that the programs must agree on."""
    environment = {**os.environ, **given}
    key = first_key(folder.path, environment.get("TOOLREEL_API_KEY", ""))
    environment |= {
        "TOOLREEL_DATA": str(folder.path),
        "TOOLREEL_API_KEY": key,
        "TOOLREEL_PORT": str(port),
        "TOOLREEL_FLOWER_PORT": str(_flower_port(environment)),
        "FLOWER_BASIC_AUTH": f"{FLOWER_USER}:{key}",
        "DATABASE_URL": Settings(data=folder.path, database_url=environment.get("DATABASE_URL", "")).store_url,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(ROOT), *_paths(environment)])),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ",".join(filter(None, [environment.get("PYTHONWARNINGS"), ALLOWED])),
    }
    return environment


def _flower_port(environment: Mapping[str, str]) -> int:
    wanted = int(environment.get("TOOLREEL_FLOWER_PORT") or FLOWER_PORT)
    return wanted if is_free(wanted) else free_port()


def _paths(environment: Mapping[str, str]) -> list[str]:
    return [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
