"""How a person reads what the bench found."""

from io import StringIO
from typing import Any

from rich.console import Console

from ops.bench.figures import MILLISECONDS, PER_SECOND, Row, Spread
from ops.bench.lab import Measured
from ops.bench.meter import Cost
from ops.bench.processes import ASIDE, CLIENT
from ops.bench.table import figure, show

TITLE: dict[str, Any] = {
    "machine": {"cores": 2, "processor": "a processor", "python": "3.11.7", "load": 0.1},
    "database": {"name": "PostgreSQL 18, durable", "fsync": "on"},
    "redis": "valkey 9",
    "workers": 2,
}


def shown(*rows: Row, client: float = 0.1, **other: Any) -> str:
    """What is printed of one scenario that took ten seconds of the clock."""
    cost = Cost(10, {"gateway": 2.0, CLIENT: 10 * client, ASIDE: 0.5})
    found = Measured(list(rows), cost, **other).as_json() | {"seconds": 12.3}
    console = Console(width=140, file=StringIO(), record=True)
    show({**TITLE, "scenarios": {"calls": found}}, console)
    return console.export_text()


def test_a_row_has_its_medians_tails_and_ratios_to_each_reference() -> None:
    text = shown(Row("calls", PER_SECOND, Spread.of([10, 20]), Spread.of([1000]), Spread.of([40, 80])))
    assert "│ calls, /s │ 15, 10.1 │ 1,000, 1,000 │ 0.015, 0.01 │ 60, 40.4 │ 0.25, 0.25 │" in text


def test_a_reference_that_there_is_not_leaves_its_cells_empty() -> None:
    text = shown(Row("x", MILLISECONDS, Spread.of([3]), baseline=Spread.of([2])))
    assert "│ x, ms    │     3, 3 │       │   │     2, 2 │ 1.5, 1.5 │" in text


def test_what_grew_is_in_a_table_of_its_own_beside_the_empty_store() -> None:
    text = shown(Row("x", MILLISECONDS, Spread.of([3])), Row("y", MILLISECONDS, Spread.of([3]), empty=Spread.of([2])))
    first, second = text.split("empty store")
    assert "x, ms" in first
    assert "y, ms" not in first
    assert "│ y, ms    │     3, 3 │        2, 2 │ 1.5, 1.5 │" in second


def test_it_says_what_a_call_cost_and_who_else_used_the_processor() -> None:
    text = shown(Row("x", MILLISECONDS, Spread.of([1])), calls=100, beside={"baseline": (Cost(10, {CLIENT: 9.0}), 0)})
    assert "PostgreSQL 18, durable fsync=on" in text
    assert "calls: the client used 0.10 of a core, what stood aside 0.05." in text
    assert "calls: 20 ms of CPU a call: gateway 20." in text
    assert "Measuring took 12 s: calls 12." in text


def test_a_client_that_was_busy_is_a_warning() -> None:
    assert "It may be what was measured." not in shown(Row("x", MILLISECONDS, Spread.of([1])), client=0.8)
    assert "It may be what was measured." in shown(Row("x", MILLISECONDS, Spread.of([1])), client=0.81)


def test_figures_have_three_digits_that_count() -> None:
    assert [figure(value) for value in (0.01234, 1.5, 99.95, 123456.7)] == ["0.0123", "1.5", "100", "123,457"]
