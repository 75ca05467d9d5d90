"""A whole run of the pages' bench: a stack and a browser of its own, every promise, a table, and whether all were kept."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ops.bench.machine import describe_machine
from ops.bench.pages import load, look, loss, people
from ops.bench.pages.gate import Gate
from ops.bench.pages.scene import QUIET, Scene, find_chromium
from ops.client import Client
from ops.local.stack import Stack
from ops.progress import Progress

TURN_TOOL = "workers.trial.turn"
PROGRAMS = ("gateway", "files", "media", "recovery", "beat")
PARTS = {"load": load.measure, "a lost gateway": loss.measure, "people": people.measure, "looks": look.measure}


class PagesBench:
    """One run. `hasten`, from a signal handler, makes the end come at once."""

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._stack: Stack | None = None
        self.browser = ""

    def run(self) -> list[Gate]:
        """Measure everything, in order of the promises. Raises OpsError."""
        progress = Progress(len(PARTS))
        gates: list[Gate] = []
        with self._scene() as scene:
            for name, measure in PARTS.items():
                gates += measure(scene)
                progress.advance(name)
        progress.clear()
        return sorted(gates, key=lambda gate: gate.number)

    def hasten(self) -> None:
        if self._stack is not None:
            self._stack.hasten()

    @contextmanager
    def _scene(self) -> Iterator[Scene]:
        chromium = find_chromium()
        from playwright.sync_api import sync_playwright

        with tempfile.TemporaryDirectory(prefix="toolreel-pages-") as folder:
            self._stack = Stack(Path(folder), only=PROGRAMS, environment=_environment())
            with self._stack as stack, sync_playwright() as playwright, Client(stack.url, stack.key) as client:
                browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
                self.browser = browser.version
                yield Scene(stack, browser, client, self._quick)
                browser.close()


def _environment() -> dict[str, str]:
    own = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TOOLREEL_API_KEY"), "")
    return {**own, "TOOLREEL_TOOLS": TURN_TOOL, "TOOLREEL_FILE_WORKERS": "2"}


def show(gates: list[Gate], browser: str, console: Console) -> None:
    """The promises as a table."""
    table = Table(box=box.SIMPLE_HEAD, title=f"The pages in Chromium {browser}", title_justify="left")
    for name, justify in (("", "left"), ("measured", "left"), ("value", "right"), ("promised", "right"), ("", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for gate in gates:
        verdict = "kept" if gate.is_kept else "[bold red]missed[/]"
        value = f"{_shown(gate.value)} {gate.unit}".strip()
        table.add_row(str(gate.number), gate.what, value, f"{gate.sign} {gate.bound:g} {gate.unit}".strip(), verdict)
    console.print(table)
    missed = [gate for gate in gates if not gate.is_kept]
    console.print(f"{len(gates) - len(missed)} of {len(gates)} promises kept.")


def as_json(gates: list[Gate], browser: str) -> dict[str, Any]:
    return {"machine": describe_machine(), "chromium": browser, "gates": [gate.as_json() for gate in gates]}


def _shown(value: float) -> str:
    return f"{value:.3f}" if 0 < abs(value) < 1 else f"{value:.1f}".removesuffix(".0")
