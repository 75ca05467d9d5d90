"""The PostgreSQL of the tests."""

import os
from pathlib import Path

import psycopg
import pytest

from ops.local import postgres


def test_a_throwaway_cluster_answers_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with postgres.throwaway_postgres() as url, psycopg.connect(url) as connection:
        version, data = connection.execute("SELECT version(), current_setting('data_directory')").fetchone() or ("", "")
        assert version.startswith("PostgreSQL")
        pid = int((Path(data) / "postmaster.pid").read_text().split()[0])
    assert not Path(data).parent.exists()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(("durable", "expected"), [(False, "off"), (True, "on")])
def test_a_cluster_is_as_durable_as_asked_for(monkeypatch: pytest.MonkeyPatch, durable: bool, expected: str) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with postgres.throwaway_postgres(durable=durable) as url, psycopg.connect(url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute("SELECT current_setting(%s)", [setting]).fetchone() == (expected,)


def test_a_given_database_is_used_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://somewhere/tests")
    with postgres.throwaway_postgres() as url:
        assert url == "postgresql://somewhere/tests"


def test_the_wheel_serves_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}")
    monkeypatch.setattr(postgres, "INSTALLED", ())
    with postgres.throwaway_postgres() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_lack_of_any_postgresql_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "INSTALLED", ())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(postgres.PostgresMissing, match="TEST_DATABASE_URL"), postgres.throwaway_postgres():
        pass
