"""Measure how fast this machine runs Toolreel, beside bare Redis and beside what an afternoon gives, in the same run.

Scenarios: first-event (submit to the first event, to running, to the end), delivery (emit to received), control (pause,
resume and cancel, acknowledged and effective), calls (a second, at saturation), half-load (delivery, beside half as
many calls as that), progress (events of one worker process), stream (events handed out to many readers), memory (of an
idle stream), replay (many readers come back), growth (calls, when much is there already); all by default. The baseline
is a plain Celery chain with PUBLISH and sse-starlette that keeps nothing. All of it runs in temporary folders, and
nothing of it is left. For figures that mean something, let nothing else run. `bench compare OLD.json NEW.json` says
what changed from one run to another beyond noise.
`bench pages` measures the web pages in Chromium: each of its figures is a promise, and one that is not kept fails it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ops.environment import TEST_LOCK
from ops.errors import OpsError

if TYPE_CHECKING:
    from rich.console import Console

SUMMARY = "measure latency and throughput beside bare Redis and a plain version"
LOCK = TEST_LOCK  # it has the PostgreSQL that is started where none is installed
PASSES_ON = False
INTERRUPTED = 130
COMPARE = "compare"
PAGES = "pages"
FILE_COLUMNS = 140
NAMES = ("first-event", "delivery", "control", "calls", "half-load", "progress", "stream", "memory", "replay", "growth")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument(
        "--database", choices=("postgres", "sqlite"), default="postgres", help="default: postgres, durable"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes of the worker (default: 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="a handful of samples: to see that it works, not how fast")


def run(options: argparse.Namespace) -> int:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else FILE_COLUMNS)
    if options.scenarios[:1] == [COMPARE]:
        return _compare(options.scenarios[1:], console)
    if options.scenarios == [PAGES]:
        return _measure_pages(options, console)
    return _measure(options, console)


def _measure_pages(options: argparse.Namespace, console: "Console") -> int:
    from ops.bench.pages.run import PagesBench, as_json, show
    from ops.interrupt import stoppable

    bench = PagesBench(quick=options.quick)
    gates = None
    with stoppable(bench.hasten):
        gates = bench.run()
    if gates is None:
        print("Interrupted; nothing is left running.", file=sys.stderr)
        return INTERRUPTED
    show(gates, bench.browser, console)
    if options.json:
        options.json.write_text(json.dumps(as_json(gates, bench.browser), indent=2) + "\n")
    return 0 if all(gate.is_kept for gate in gates) else 1


def _compare(files: Sequence[str], console: "Console") -> int:
    from ops.bench.compare import compare

    if len(files) != 2:
        raise OpsError("compare takes two files: python3 -m ops bench compare OLD.json NEW.json")
    compare(Path(files[0]), Path(files[1]), console)
    return 0


def _measure(options: argparse.Namespace, console: "Console") -> int:
    from ops.bench.run import Bench
    from ops.bench.size import QUICK, Size
    from ops.bench.table import show
    from ops.interrupt import stoppable
    from ops.preferences import read_settings
    from ops.progress import Progress

    names = chosen(options.scenarios)
    workers = read_settings(file_workers=options.workers).file_workers
    if options.json and not options.json.absolute().parent.is_dir():
        raise OpsError(f"there is no folder {options.json.absolute().parent} to write the figures to")
    progress = Progress(len(names) + 1)
    bench = Bench(options.database, workers, QUICK if options.quick else Size())
    outcome = None
    with stoppable(bench.hasten):
        outcome = bench.run(names, progress.advance)
    progress.clear()
    if outcome is None:
        print("Interrupted; nothing is left running.", file=sys.stderr)
        return INTERRUPTED
    show(outcome, console)
    if options.json:
        options.json.write_text(json.dumps(outcome, indent=2) + "\n")
    return 0


def chosen(given: list[str]) -> list[str]:
    """The scenarios to run, in their own order. Raises OpsError for a name that none has."""
    unknown = [name for name in given if name not in NAMES]
    if unknown:
        raise OpsError(f"there is no scenario {unknown[0]!r}; there are: {', '.join(NAMES)}")
    return [name for name in NAMES if name in given or not given]
