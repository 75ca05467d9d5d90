"""`python3 -m ops bench compare OLD NEW`: reads two outcomes and shows what changed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.bench.comparison import Change, Interval, changes, only_in
from ops.bench.table import SHORT, figure
from ops.errors import OpsError

SEED = 20_261_125
LEGEND = """\
Change: the new median beside the old one, with its interval of 95 %. Beside the reference: the same, of the ratios to the
baseline (or the empty store, or the limit) of each run. Better or worse: both intervals leave 0 out, on the same side.
Unsure: there are too few samples to know the noise."""
CIRCUMSTANCES = ("machine", "database", "redis", "workers")
VARYING = ("load",)


def compare(old: Path, new: Path, console: Console) -> None:
    """Print what changed. Raises OpsError for a file that is no outcome of the bench."""
    before, after = read(old), read(new)
    found = list(changes(before, after, Random(SEED)))  # noqa: S311
    if not found:
        raise OpsError(f"{old} and {new} have nothing in common")
    table = Table("measured")
    for name in ("old", "new", "change", "beside the reference", ""):
        table.add_column(name, justify="right")
    for change in found:
        table.add_row(*_cells(change))
    console.print(table)
    console.print(LEGEND)
    for line in _remarks(before, after, found):
        console.print(line, soft_wrap=True)


def read(file: Path) -> dict[str, Any]:
    """An outcome as `--json` writes it. Raises OpsError."""
    try:
        outcome: dict[str, Any] = json.loads(file.read_text())
    except OSError as error:
        raise OpsError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise OpsError(f"{file} is no JSON: {error}") from error
    if not _is_outcome(outcome):
        raise OpsError(f"{file} was not written by this bench: it has no rows with the samples of each round")
    return outcome


def _is_outcome(found: Any) -> bool:
    try:
        rows = [row for scenario in found["scenarios"].values() for row in scenario["rows"]]
        return all(row["what"] and row["unit"] and all(row["measured"]["rounds"]) for row in rows)
    except (KeyError, TypeError, AttributeError):
        return False


def _cells(change: Change) -> Iterator[str]:
    yield f"{change.what}, {SHORT.get(change.unit, change.unit)}"
    yield figure(change.old)
    yield figure(change.new)
    yield f"{_percent(change.ratio)} ({_between(change.interval)})"
    yield _between(change.relative) if change.relative else ""
    yield change.verdict


def _between(interval: Interval) -> str:
    return f"{_percent(interval.low)} to {_percent(interval.high)}"


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


def _remarks(old: Mapping[str, Any], new: Mapping[str, Any], found: list[Change]) -> Iterator[str]:
    for verdict in ("better", "worse"):
        names = [change.what for change in found if change.verdict == verdict]
        yield f"{verdict}: {', '.join(names) or 'nothing'}."
    for name in CIRCUMSTANCES:
        before, after = _steady(old.get(name)), _steady(new.get(name))
        if before != after:
            yield f"The {name} was another: {before}, now {after}."
    for which, one, other in (("old", old, new), ("new", new, old)):
        if missing := only_in(one, other):
            yield f"Only in the {which} one: {', '.join(sorted(missing))}."


def _steady(circumstance: Any) -> Any:
    if not isinstance(circumstance, dict):
        return circumstance
    return {name: value for name, value in circumstance.items() if name not in VARYING}
