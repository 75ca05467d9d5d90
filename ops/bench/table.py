"""The figures as a person reads them on a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.bench.figures import PER_SECOND

SHORT = {PER_SECOND: "/s"}
LEGEND = """\
Each cell: median, tail; the tail is p99 of times and p1 of rates.
Bare Redis: redis-py publishes, a process receives; same payload, same run, in turns."""


def show(outcome: Mapping[str, Any], console: Console) -> None:
    """Print the outcome of a run, as `Bench.run` gives it."""
    console.print(title(outcome))
    table = Table("measured")
    for name in ("Toolreel", "bare Redis", "ratio"):
        table.add_column(name, justify="right")
    for found in outcome["scenarios"].values():
        for row in found["rows"]:
            table.add_row(*_cells(row))
    console.print(table)
    console.print(LEGEND)
    for line in _remarks(outcome["scenarios"]):
        console.print(line, soft_wrap=True)


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


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"{row['what']}, {SHORT.get(row['unit'], row['unit'])}"
    for side in ("measured", "limit"):
        yield ", ".join(figure(value) for name, value in row[side].items() if name != "count")
    yield ", ".join("none" if value is None else figure(value) for value in row["ratio"].values())


def _remarks(scenarios: Mapping[str, Any]) -> Iterator[str]:
    for name, found in scenarios.items():
        client, each = found["client_cores"], found["cpu_ms_per_call"]
        if client is None:
            yield f"{name}: CPU time is not known here (there is no /proc)."
            continue
        yield f"{name}: the client used {client:.2f} of a core."
        if each:
            parts = ", ".join(f"{part} {spent:g}" for part, spent in each.items() if part != "total")
            yield f"{name}: {each['total']:g} ms of CPU a call: {parts}."
        if aim := found.get("aim_ms"):
            yield f"{name}: five bare round trips and a bare commit are {aim:.3g} ms; the aim for the medians, idle."
            yield f"{name}: loaded is beside {found['events_per_second']:,} events a second and calls that compute."
            yield f"{name}: a checkpoint that finds nothing costs {found['checkpoint_ns']:g} ns."
        if per_core := found.get("delivered_per_gateway_core_second"):
            yield f"{name}: {per_core:,} events delivered for each second of the gateway's CPU."
