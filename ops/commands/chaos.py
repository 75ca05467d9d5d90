"""Break a running stack at random, and prove afterwards that nothing was lost, doubled or left behind.

While calls are submitted and steered at random, worker processes, workers, the gateway, Redis and the reconciler are
killed, stopped for a while and told to end; Redis is emptied, connections are cut. Then everything settles, and every
call's moves, every file's versions and what is left of processes, leases and temporary files are checked. The stack is
one of its own in a temporary folder. Exits with 0 only if nothing at all is wrong. The same seed makes the same choices;
what they meet is up to the machine.
"""

import argparse
import secrets
import sys
from pathlib import Path

from ops.environment import TEST_LOCK
from ops.errors import OpsError

SUMMARY = "kill and steer at random under load, then check that nothing was lost"
LOCK = TEST_LOCK  # it has the PostgreSQL that is started where none is installed
PASSES_ON = False
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=120, metavar="N", help="how long (default: 120)")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="repeats the choices of a run (default: another each time)"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite", help="default: sqlite")
    parser.add_argument("--workers", type=int, default=3, metavar="N", help="processes of the worker (default: 3)")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="keep what the programs write there")


def run(options: argparse.Namespace) -> int:
    from ops.chaos.run import Chaos, Outcome
    from ops.interrupt import stoppable
    from ops.preferences import read_settings

    workers = read_settings(file_workers=options.workers).file_workers
    if not options.seconds > 0:
        raise OpsError("--seconds must be more than 0")
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}, {options.seconds:g} s, {options.database}, {workers} worker processes", flush=True)
    chaos = Chaos(options.database, options.seconds, seed, workers, lambda line: print(line, flush=True), options.logs)
    outcome: Outcome | None = None
    with stoppable(chaos.hasten):
        outcome = chaos.run()
    if outcome is None:
        print("Interrupted; nothing is left running.", file=sys.stderr)
        return INTERRUPTED
    print(f"did: {outcome.did}")
    print(f"ended: {counted(outcome.ended)}")
    print(f"moves: {counted(outcome.moves)}")
    for line in outcome.wrong:
        print(f"WRONG: {line}")
    print(f"seed {seed}: {len(outcome.wrong) or 'nothing'} wrong")
    return 1 if outcome.wrong else 0


def counted(counts: dict[str, int]) -> str:
    """Like `3 cancelled, 5 succeeded`."""
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
