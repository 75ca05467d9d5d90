"""The bench: its arithmetic, its client, and one whole run with a handful of samples."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.bench.fan_out import batches
from ops.bench.figures import MILLISECONDS, MOST_KEPT, PER_SECOND, Row, Spread, per_second, percentile, ratio
from ops.bench.meter import Cost
from ops.bench.processes import ASIDE, CLIENT, DATABASE, Process, parse_stat, running, seconds_by_name
from ops.bench.roster import Roster
from ops.bench.scenarios import SCENARIOS
from ops.bench.wire import Chunks, Events, Told
from ops.bootstrap import ROOT
from ops.commands.bench import NAMES, chosen
from ops.errors import OpsError

FLOATS = st.floats(min_value=0, max_value=1e9)


def test_percentiles_lie_between_their_neighbours() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile([7], 0.99) == 7
    assert percentile(list(range(101)), 0.99) == 99


def test_no_samples_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no samples"):
        Spread.of([])


@given(st.lists(FLOATS, min_size=1))
def test_a_spread_lies_within_its_samples_and_in_order(samples: list[float]) -> None:
    spread = Spread.of(samples)
    assert spread.count == len(samples)
    assert min(samples) <= spread.p1 <= spread.p50 * (1 + 1e-9)
    assert spread.p50 <= spread.p99 * (1 + 1e-9)
    assert spread.p99 <= max(samples) * (1 + 1e-9)


def test_the_tail_of_times_is_the_slow_end_and_of_rates_the_low_one() -> None:
    samples, limit = Spread(100, 1, 5, 9), Spread(100, 0.5, 1, 3)
    times, rates = Row("x", MILLISECONDS, samples, limit), Row("x", PER_SECOND, samples, limit)
    assert times.ratio_to(limit) == (5, 3)
    assert rates.ratio_to(limit) == (5, 2)
    assert times.as_json()["measured"] == {"count": 100, "p50": 5, "p99": 9, "rounds": []}
    assert rates.as_json()["measured"] == {"count": 100, "p50": 5, "p1": 1, "rounds": []}


def test_a_thing_without_a_reference_has_no_ratio_to_it() -> None:
    told = Row("x", MILLISECONDS, Spread.of([1, 2]), baseline=Spread.of([1])).as_json()
    assert (told["limit"], told["ratio_to_limit"]) == (None, None)
    assert told["ratio_to_baseline"] == {"p50": 1.5, "p99": 1.99}


def test_the_samples_are_kept_by_round() -> None:
    spread = Spread.of_rounds([[3, 1], [2]])
    assert (spread.count, spread.p50) == (3, 2)
    assert Row("x", MILLISECONDS, spread).as_json()["measured"]["rounds"] == [[3, 1], [2]]


@given(st.lists(FLOATS, min_size=1, max_size=3 * MOST_KEPT))
def test_of_many_samples_some_stand_for_all(samples: list[float]) -> None:
    kept = Spread.of(samples).rounds[0]
    assert len(kept) == min(len(samples), MOST_KEPT)
    assert min(samples) <= min(kept) * (1 + 1e-9)
    assert max(kept) <= max(samples) * (1 + 1e-9)


def test_there_is_no_ratio_to_nothing() -> None:
    assert ratio(1, 0) is None


def test_a_rate_counts_what_happened_in_a_second() -> None:
    assert per_second(10, 500_000_000) == 20
    with pytest.raises(ValueError, match="time"):
        per_second(1, 0)


def test_batches_add_up() -> None:
    assert list(batches(25, 10)) == [10, 10, 5]
    assert list(batches(0, 10)) == []


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.integers(1, 50))
def test_chunks_are_joined_wherever_the_network_cuts_them(parts: list[bytes], step: int) -> None:
    sent = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    chunks = Chunks()
    received = b"".join(chunks.feed(sent[at : at + step]) for at in range(0, len(sent), step))
    assert received == b"".join(parts)


def test_events_are_cut_out_of_a_stream_and_comments_are_none() -> None:
    events = Events()
    assert events.feed(b'retry: 1000\nid: a-1-0\nevent: log\ndata: {"a": 1}') == []
    assert events.feed(b"\n\n:\nevent: end\ndata: {}\n\n") == [Told("log", b'{"a": 1}'), Told("end", b"{}")]


def test_a_stat_line_is_read_whatever_the_process_calls_itself() -> None:
    line = "42 (a) b (c)) S 7 42 42 0 -1 4194560 1 0 0 0 100 50 20 30 20 0 1 0 1 1 1"
    assert parse_stat(line, ticks=100) == Process(42, 7, 2.0)


def test_cpu_time_goes_to_the_program_that_a_process_belongs_to() -> None:
    own, gateway, child, watcher, postgres, backend, other, stranger = 1, 10, 11, 20, 30, 31, 40, 99
    parents = {own: 0, gateway: own, child: gateway, watcher: own, postgres: own, backend: postgres, other: own}
    processes = {pid: Process(pid, parent, pid) for pid, parent in {**parents, stranger: 0}.items()}
    roster = Roster()
    roster.add("ours", {gateway: "gateway"})
    roster.add("theirs", {other: "gateway"})
    roster.add_client(watcher)
    spent = seconds_by_name(processes, roster.seen_by("ours"), own)
    assert spent == {"gateway": gateway + child, CLIENT: own + watcher, DATABASE: postgres + backend, ASIDE: other}


def test_the_cost_of_a_call_leaves_out_the_client_and_what_stood_aside() -> None:
    cost = Cost(1, {"files": 1.0, CLIENT: 0.25}) + Cost(1, {"files": 1.0, CLIENT: 0.25, "gateway": 0.5, ASIDE: 3.0})
    assert cost.ms_per(100) == {"files": 20, "gateway": 5, "total": 25}
    assert cost.client_cores == 0.25


def test_a_cost_that_is_not_known_stays_unknown() -> None:
    cost = Cost(1, {}) + Cost(1, None)
    assert cost.ms_per(1) is None
    assert cost.client_cores is None


def test_without_proc_no_cpu_time_is_known(tmp_path: Path) -> None:
    assert running(tmp_path) is None


def test_the_command_line_names_every_scenario() -> None:
    assert tuple(SCENARIOS) == NAMES
    assert chosen([]) == list(NAMES)
    assert chosen(["calls", "delivery"]) == ["delivery", "calls"]


def test_an_unknown_scenario_is_refused_by_name() -> None:
    with pytest.raises(OpsError, match="there is no scenario 'speed'"):
        chosen(["speed"])


@pytest.mark.timeout(400)
def test_a_quick_run_measures_everything_and_leaves_nothing_running(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    options = ["--quick", "--database", "sqlite", "--workers", "1", "--json", str(file)]
    command = [sys.executable, "-m", "ops", "bench", *options]
    environment = {**os.environ, "TOOLREEL_NO_VENV": "1", "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert "submit → first event" in ended.stdout
    outcome = json.loads(file.read_text())
    assert outcome.keys() == {"machine", "database", "redis", "workers", "scenarios"}
    assert tuple(outcome["scenarios"]) == NAMES
    for found in outcome["scenarios"].values():
        for row in found["rows"]:
            assert_is_whole(row)
    calls = outcome["scenarios"]["calls"]
    assert calls["cpu_ms_per_call"].keys() >= {"files", "gateway", "redis", "total"}
    assert calls["beside"]["baseline"]["cpu_ms_per_call"].keys() == {"relay", "worker", "redis", "total"}
    assert calls["events_per_call"]["baseline"] == 21
    assert list(tmp_path.iterdir()) == [file]


def assert_is_whole(row: dict[str, Any]) -> None:
    tail = "p1" if row["unit"] == PER_SECOND else "p99"
    for side in filter(None, (row["measured"], row["limit"], row["baseline"])):
        assert side.keys() == {"count", "p50", tail, "rounds"}
        assert min(side["count"], side["p50"], side[tail]) > 0
        assert side["rounds"]
        assert all(side["rounds"])
    for reference in ("limit", "baseline"):
        assert (row[f"ratio_to_{reference}"] is None) == (row[reference] is None)
