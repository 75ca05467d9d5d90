"""Play a recorded model turn through a whole stack of its own, and watch it build a small web app.

Everything runs in a temporary folder on this machine, with an embedded Redis and database, and is gone afterwards; the
app that was built stays in a folder. Exits with 0 only if every call ended as recorded (one fails on purpose).
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ops.environment import RUN_LOCK
from ops.errors import OpsError

if TYPE_CHECKING:
    from rich.console import Console

    from ops.local.stack import Stack

SUMMARY = "watch a recorded model turn build a web app"
LOCK = RUN_LOCK
PASSES_ON = False

APP = "windowsill"
OUTPUT = Path(".toolreel/demo/app")
EMBEDDED = (
    "REDIS_URL",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "TOOLREEL_TOOLS",
    "TOOLREEL_API_KEY",
    "TOOLREEL_IMAGE_API_URL",
)
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, metavar="DIR", help=f"empty folder for the app (default: {OUTPUT})")
    parser.add_argument("--keep", action="store_true", help="keep the stack running afterwards, until Ctrl-C")


def run(options: argparse.Namespace) -> int:
    from rich.console import Console

    from ops.demo.built import clear, refuse_filled
    from ops.interrupt import stoppable
    from ops.local.stack import Stack

    folder = (options.output or OUTPUT).absolute()
    if options.output:
        refuse_filled(folder)
    else:
        clear(folder)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    console, played = Console(), False
    with _passing_folder() as data:
        stack = Stack(data, environment={**dict.fromkeys(EMBEDDED, ""), "TMPDIR": str(data)})
        with stoppable(stack.hasten), _started(stack, console):
            _play(stack, console, folder)
            played = True
            if options.keep:
                _stay(stack, console)
    if played:
        return 0
    print("Interrupted.", file=sys.stderr)
    return INTERRUPTED


@contextmanager
def _passing_folder() -> Iterator[Path]:
    """A folder that goes with the demo, but stays, and is named, when the demo fails: the logs are in it."""
    folder = Path(tempfile.mkdtemp(prefix="toolreel-demo-"))
    try:
        yield folder
    except OpsError as error:
        raise OpsError(f"{error}\nThe data and the logs of this demo are kept in {folder}") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(stack: "Stack", console: "Console") -> Iterator[None]:
    with console.status("Starting the stack: Redis, the gateway, the workers …"):
        stack.start()
    try:
        yield
    finally:
        with console.status("Stopping the stack …"):
            stack.hasten()  # all that it writes goes with the folder, so there is nothing to wait for
            stack.stop()


def _play(stack: "Stack", console: "Console", folder: Path) -> None:
    """Play the turn, save the app and tell about both. Raises OpsError when a call did not end as recorded."""
    from ops.client import Client
    from ops.demo.built import save
    from ops.demo.feed import Feed
    from ops.demo.play import Play
    from ops.demo.report import print_report, unexpected
    from ops.demo.screen import screen_for
    from ops.demo.turn import all_calls, read_turn

    messages, client = read_turn(), Client(stack.url, stack.key)
    screen = screen_for(console, len(all_calls(messages)))
    with Feed(stack.url, stack.key, f"/v1/apps/{APP}/events") as feed, screen:
        play = Play(client, feed, screen, APP)
        play.run(messages)
    if wrong := unexpected(messages, play.board):
        raise OpsError("\n  ".join(["these calls did not end as recorded:", *wrong]))
    files = client.json("GET", f"/v1/apps/{APP}/files")["files"]
    save(client.read("GET", f"/v1/apps/{APP}/archive"), folder)
    print_report(console, messages, play.board, play.timing, files, folder)


def _stay(stack: "Stack", console: "Console") -> None:
    from ops.local.key import key_file

    place = f"{stack.url}, its API key is in {key_file(stack.folder.path)}"
    console.print(f"\nThe stack stays up: {place}. Ctrl-C stops it.", soft_wrap=True, highlight=False)
    stack.wait()
