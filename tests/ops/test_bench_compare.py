"""What `bench compare` takes for a change, and what it says of files that are none of its own."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from rich.console import Console

from ops.bench.compare import compare
from ops.bench.comparison import Interval, changes, interval, only_in
from ops.bench.figures import MILLISECONDS, PER_SECOND, Row, Spread
from ops.cli import main
from ops.errors import OpsError


def outcome(*rows: Row) -> dict[str, Any]:
    return {"scenarios": {"first-event": {"rows": [row.as_json() for row in rows]}}, "workers": 2}


def spread(chance: Random, middle: float, noise: float = 0.05) -> Spread:
    return Spread.of_rounds([[middle * chance.uniform(1 - noise, 1 + noise) for _ in range(50)] for _ in range(4)])


def verdict(unit: str, old: float, new: float, machine: float = 1.0) -> str:
    """Of a row that went from the old to the new median, on a machine that takes so many times as long as before."""
    chance = Random(7)
    before = outcome(Row("x", unit, spread(chance, old), baseline=spread(chance, 4)))
    after = outcome(Row("x", unit, spread(chance, new), baseline=spread(chance, 4 * machine)))
    (change,) = changes(before, after, chance)
    assert change.ratio == pytest.approx(new / old, rel=0.05)
    return change.verdict


def test_less_time_is_better_and_more_is_worse() -> None:
    assert verdict(MILLISECONDS, 10, 8) == "better"
    assert verdict(MILLISECONDS, 8, 10) == "worse"


def test_more_in_a_second_is_better_and_less_is_worse() -> None:
    assert verdict(PER_SECOND, 80, 100) == "better"
    assert verdict(PER_SECOND, 100, 80) == "worse"


def test_what_lies_within_the_noise_is_the_same() -> None:
    assert verdict(MILLISECONDS, 10, 10.01) == "same"


def test_a_machine_that_got_slower_makes_nothing_worse() -> None:
    assert verdict(MILLISECONDS, 10, 13, machine=1.3) == "same"


def test_a_reference_that_alone_got_slower_makes_nothing_better() -> None:
    assert verdict(MILLISECONDS, 10, 10, machine=1.3) == "same"


def test_a_row_without_a_reference_is_judged_by_itself() -> None:
    chance = Random(7)
    before, after = (outcome(Row("x", MILLISECONDS, spread(chance, middle))) for middle in (10, 5))
    (change,) = changes(before, after, chance)
    assert (change.verdict, change.relative) == ("better", None)


def test_few_rounds_that_overlap_show_no_change() -> None:
    before, after = (
        outcome(Row("x", PER_SECOND, Spread.of_rounds([[one] for one in rates])))
        for rates in ([100.0, 90.0, 110.0], [120.0, 95.0, 118.0])
    )
    assert [change.verdict for change in changes(before, after, Random(7))] == ["same"]


def test_of_one_sample_nobody_knows_the_noise() -> None:
    before, after = (outcome(Row("x", MILLISECONDS, Spread.of([one]))) for one in (10, 20))
    assert [change.verdict for change in changes(before, after, Random(7))] == ["unsure"]


def test_an_interval_holds_the_ratio_of_steady_medians() -> None:
    found = interval(Random(7), [[[2.0, 2.0]], [[3.0]]], [[[4.0]]])
    assert found == Interval(1.5, 1.5)
    assert found.side == 1


def test_rows_of_one_outcome_alone_are_named() -> None:
    row = Row("x", MILLISECONDS, Spread.of([1]))
    assert only_in(outcome(row), outcome()) == ["x"]
    assert list(changes(outcome(row), outcome(), Random(7))) == []


def test_the_comparison_is_shown_and_says_what_differed(tmp_path: Path) -> None:
    chance = Random(7)
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(outcome(Row("submit → final", MILLISECONDS, spread(chance, 50)))))
    new.write_text(json.dumps(outcome(Row("submit → final", MILLISECONDS, spread(chance, 20))) | {"workers": 3}))
    console = Console(width=140, record=True, file=(tmp_path / "shown").open("w"))
    with console.file:
        compare(old, new, console)
        shown = console.export_text()
    assert "submit → final, ms" in shown
    assert "better: submit → final." in shown
    assert "worse: nothing." in shown
    assert "The workers was another: 2, now 3." in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        ("{", "is no JSON"),
        ("[]", "was not written by this bench"),
        (
            '{"scenarios": {"a": {"rows": [{"what": "x", "unit": "ms", "measured": {"p50": 1}}]}}}',
            "not written by this",
        ),
        ('{"scenarios": {}}', "have nothing in common"),
    ],
)
def test_a_file_that_is_no_outcome_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    file = tmp_path / "x.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(OpsError, match=message):
        compare(file, file, Console())


def test_compare_wants_two_files(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TOOLREEL_NO_VENV", "1")
    assert main(["bench", "compare", "one.json"]) == 1
    assert "compare takes two files" in capsys.readouterr().err
