"""What the bench compares with: that it does the work it is measured at, and that it ends; the databases it uses."""

from pathlib import Path

import psycopg
import pytest

from ops.bench.baseline.server import REDIS, RELAY, WORKER, running_baseline
from ops.bench.database import POSTGRES, SQLITE, Databases
from ops.bench.first_event import one_by_one
from ops.bench.machine import describe_database
from ops.bench.roster import Roster
from ops.bench.saturation import flooding
from ops.bench.size import QUICK


def test_the_baseline_runs_calls_of_four_stages_with_five_events_each_and_ends() -> None:
    roster = Roster()
    with running_baseline(1, QUICK, roster) as baseline:
        with one_by_one(baseline) as calls:
            calls.measure(2)
        with flooding(baseline) as flood:
            flood.measure()
        programs = roster.seen_by("baseline")
        assert set(programs.values()) >= {RELAY, WORKER, REDIS}
        pids = [pid for pid, program in programs.items() if program in (RELAY, WORKER, REDIS)]
    assert calls.events_each == 4 * 5 + 1
    assert flood.events == flood.calls * (4 * 5 + 1)
    assert all(0 < steps["first"] < steps["succeeded"] for steps in calls.rounds[0])
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_each_stack_has_a_postgresql_database_of_its_own_and_it_is_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with Databases(POSTGRES) as databases, databases.new() as one, databases.new() as other:
        assert one != other
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE mine (number int)")
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)
        assert describe_database(one.replace("postgresql:", "postgresql+psycopg:"))["name"].endswith(", durable")


def test_sqlite_is_the_stacks_own_affair() -> None:
    with Databases(SQLITE) as databases, databases.new() as url:
        assert url == ""
