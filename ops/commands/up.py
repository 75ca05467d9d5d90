"""Start the whole stack and keep it running until Ctrl-C: gateway, workers, beat, Flower, and an embedded Redis and
database where REDIS_URL and DATABASE_URL name none.

The first API key is made and kept in the data folder, unless TOOLREEL_API_KEY gives one. What crashes is started again.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ops.environment import RUN_LOCK
from ops.errors import OpsError

if TYPE_CHECKING:
    from ops.local.stack import Stack

SUMMARY = "start the whole stack and keep it running"
LOCK = RUN_LOCK
PASSES_ON = False

GREETING = """
Toolreel is ready: {url}
  open      {link}
  API key   {key}
  Flower    {flower} (user {user}, password: the API key)
  data      {data}

Try it:
  curl -H "Authorization: Bearer {bearer}" {url}/v1/tools

Ctrl-C stops it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="port of the gateway (default: TOOLREEL_PORT, or 8000)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes of the worker for files (default: 2)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: TOOLREEL_DATA, or .toolreel)")


def run(options: argparse.Namespace) -> int:
    from ops.interrupt import stoppable
    from ops.local.output import Terminal
    from ops.local.stack import Stack
    from ops.preferences import read_settings

    settings = read_settings(port=options.port, file_workers=options.workers, data=options.data)
    workers = {"TOOLREEL_FILE_WORKERS": str(settings.file_workers)}
    stack = Stack(settings.data, port=settings.port, environment=workers, output=Terminal(sys.stdout))
    with stoppable(stack.hasten), stack:
        print(greeting(stack), flush=True)
        stack.wait()
        raise OpsError("the supervisor ended by itself; what it said is above")
    print("Stopped.", flush=True)
    return 0


def greeting(stack: "Stack") -> str:
    """What a person needs to know to use the stack that has just started."""
    from ops.local.key import key_file
    from ops.local.surroundings import FLOWER_USER

    given = bool(os.environ.get("TOOLREEL_API_KEY"))
    file = key_file(stack.folder.path)
    return GREETING.format(
        link=link(stack.url, _key_in_link(stack, given=given)),
        url=stack.url,
        key="the one in TOOLREEL_API_KEY" if given else f"in {file}",
        bearer="$TOOLREEL_API_KEY" if given else f"$(cat {shlex.quote(str(file))})",
        flower=stack.flower_url,
        user=FLOWER_USER,
        data=stack.folder.path,
    )


def link(url: str, key: str) -> str:
    """A link that signs in: the key is in its fragment, which browsers keep to themselves and the page erases."""
    return f"{url}/#key={key}"


def _key_in_link(stack: "Stack", *, given: bool) -> str:
    """The key where a person reads it; in a log, how to get at it."""
    from ops.local.key import key_file

    if sys.stdout.isatty():
        return stack.key
    return "$TOOLREEL_API_KEY" if given else f"$(cat {shlex.quote(str(key_file(stack.folder.path)))})"
