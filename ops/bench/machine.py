"""What the figures were measured on: they mean little without it."""

import os
import platform
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


def describe_machine() -> dict[str, Any]:
    """The machine and how busy it was before anything was started."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def describe_redis(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        told = client.info("server")
    name = told.get("server_name", "redis")
    return f"{name} {told.get(f'{name}_version', told['redis_version'])}"


def describe_database(url: str) -> dict[str, str]:
    """The database's name and version, and of a PostgreSQL what it does for durability."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if make_url(url).get_backend_name() != "postgresql":
                return {"name": f"SQLite {connection.scalar(text('SELECT sqlite_version()'))}"}
            settings = {name: str(connection.scalar(text(f"SHOW {name}"))) for name in DURABILITY}
            name = f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"
            return {"name": f"{name}, durable" if set(settings.values()) == {"on"} else name, **settings}
    finally:
        engine.dispose()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or "unknown"
