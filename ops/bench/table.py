"""The figures as a person reads them on a terminal."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.bench.figures import PER_SECOND

SHORT = {PER_SECOND: "/s"}
LEGEND = """\
Each cell: median, tail; the tail is p1 of rates and p99 of all else. ×: how many times the reference, median and tail.
Limit: bare redis-py publishes, a process receives; where a stream is between, of what is emitted, the least that streams.
Baseline: what ops/bench/baseline does with the same work, keeping nothing. All in the same run, in turns."""
BESIDE = {"limit": "limit", "baseline": "baseline"}
GROWN = {"empty": "empty store"}
BUSY = 0.8


def show(outcome: Mapping[str, Any], console: Console) -> None:
    """Print the outcome of a run, as `Bench.run` gives it."""
    console.print(title(outcome))
    rows = [row for found in outcome["scenarios"].values() for row in found["rows"]]
    for references in (BESIDE, GROWN):
        shown = [row for row in rows if (row["empty"] is None) == (references is BESIDE)]
        if shown:
            console.print(_table(shown, references))
    console.print(LEGEND)
    for line in _remarks(outcome["scenarios"]):
        console.print(line, soft_wrap=True)
    took = {name: found["seconds"] for name, found in outcome["scenarios"].items()}
    each = ", ".join(f"{name} {seconds:.0f}" for name, seconds in took.items())
    console.print(f"Measuring took {sum(took.values()):.0f} s: {each}.", soft_wrap=True)


def title(outcome: Mapping[str, Any]) -> str:
    """What was measured, and on what."""
    machine, database = outcome["machine"], dict(outcome["database"])
    parts = [
        f"{machine['cores']} cores of {machine['processor']}",
        f"Python {machine['python']}",
        " ".join([database.pop("name"), *(f"{name}={value}" for name, value in database.items())]),
        outcome["redis"],
        f"processes of the worker: {outcome['workers']}",
        f"load before: {machine['load']}",
    ]
    return ", ".join(parts)


def figure(value: float) -> str:
    """Three digits that count, never an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(rows: Iterable[Mapping[str, Any]], references: Mapping[str, str]) -> Table:
    """The rows beside these references, whose values are their titles."""
    table = Table("measured")
    for name in ("Toolreel", *itertools.chain.from_iterable((title, "×") for title in references.values())):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*_cells(row, references))
    return table


def _cells(row: Mapping[str, Any], references: Iterable[str]) -> Iterator[str]:
    yield f"{row['what']}, {SHORT.get(row['unit'], row['unit'])}"
    yield _spread(row["measured"])
    for reference in references:
        yield _spread(row[reference])
        yield _ratio(row[f"ratio_to_{reference}"])


def _spread(spread: Mapping[str, Any] | None) -> str:
    if spread is None:
        return ""
    return ", ".join(figure(value) for name, value in spread.items() if name not in ("count", "rounds"))


def _ratio(ratio: Mapping[str, float | None] | None) -> str:
    return ", ".join("none" if value is None else figure(value) for value in (ratio or {}).values())


def _remarks(scenarios: Mapping[str, Any]) -> Iterator[str]:
    for name, found in scenarios.items():
        yield from _costs(name, found)
        for side, spent in found["beside"].items():
            yield from _costs(f"{name}, {side}", spent)
        if each := found.get("events_per_call"):
            yield f"{name}: events of a call that came: {', '.join(f'{side} {count:g}' for side, count in each.items())}."
        if pace := found.get("calls_per_second"):
            yield f"{name}: calls a second beside it: {', '.join(f'{side} {rate:g}' for side, rate in pace.items())}."
        if aim := found.get("aim_ms"):
            yield f"{name}: five bare round trips and a bare commit are {aim:.3g} ms; the aim for the medians, idle."
            yield f"{name}: loaded is beside {found['events_per_second']:,} events a second and calls that compute."
            yield f"{name}: a checkpoint that finds nothing costs {found['checkpoint_ns']:g} ns."


def _costs(name: str, spent: Mapping[str, Any]) -> Iterator[str]:
    client, each = spent["client_cores"], spent["cpu_ms_per_call"]
    if client is None:
        yield f"{name}: CPU time is not known here (there is no /proc)."
        return
    warning = " It may be what was measured." if client > BUSY else ""
    yield f"{name}: the client used {client:.2f} of a core, what stood aside {spent['aside_cores']:.2f}.{warning}"
    if each:
        parts = ", ".join(f"{part} {cost:g}" for part, cost in each.items() if part != "total")
        yield f"{name}: {each['total']:g} ms of CPU a call: {parts}."
