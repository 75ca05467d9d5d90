"""The gates of the pages' bench: of several samples the median counts, and a bound is met or not."""

import io

import pytest
from rich.console import Console

from ops.bench.pages.gate import Gate
from ops.bench.pages.run import as_json, show


@pytest.mark.parametrize(
    ("samples", "sign", "bound", "kept"),
    [
        ([59.0], "≥", 58, True),
        ([57.9], "≥", 58, False),
        ([10, 99, 12], "≤", 20, True),
        ([21, 22, 1], "≤", 20, False),
        ([0], "=", 0, True),
        ([1], "=", 0, False),
    ],
)
def test_the_median_is_held_to_the_bound(samples: list[float], sign: str, bound: float, kept: bool) -> None:
    assert Gate(1, "it", samples, sign, bound).is_kept is kept


def test_a_missed_promise_is_shown_and_counted() -> None:
    gates = [Gate(1, "frames", [60], "≥", 58, "fps"), Gate(2, "longest task", [120], "≤", 100, "ms")]
    console = Console(width=120, file=io.StringIO(), record=True)
    show(gates, "1.0", console)
    text = console.export_text()
    assert "missed" in text and "1 of 2 promises kept." in text
    assert [gate["kept"] for gate in as_json(gates, "1.0")["gates"]] == [True, False]
