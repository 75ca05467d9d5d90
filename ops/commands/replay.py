"""Play recorded tool calls through a gateway and compare the app's files with the recording.

Each line of the recording is a JSON object {"message_id", "tool_calls": [...], "tree"?: {path: sha256}}. Prints the
figures last; exits with 0 only if every call succeeded and every file is byte for byte right.
"""

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ops.environment import RUN_LOCK
from ops.errors import OpsError

if TYPE_CHECKING:
    from ops.client import Client

SUMMARY = "play recorded tool calls through a gateway and compare the files"
LOCK = RUN_LOCK
PASSES_ON = False
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("calls", type=Path, metavar="CALLS.jsonl", help="the recording")
    parser.add_argument("--url", help="the gateway (default: the `up` that runs on the data folder)")
    parser.add_argument(
        "--key", help="API key (default: TOOLREEL_API_KEY, or the data folder's); visible to other users"
    )
    parser.add_argument("--app", help="the app to play into (default: a new one)")
    parser.add_argument("--mode", choices=("step", "flood"), default="step", help="one by one, or all at once")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: TOOLREEL_DATA, or .toolreel)")


def run(options: argparse.Namespace) -> int:
    from ops.recording import read_recording
    from ops.replay import Replay

    messages = read_recording(options.calls)
    with _client(options) as client:
        replay = Replay(client, options.app or f"replay-{secrets.token_hex(4)}")
        outcome = replay.step(messages) if options.mode == "step" else replay.flood(messages)
    for line in (*outcome.failures[:SHOWN], *outcome.wrong[:SHOWN]):
        print(line, file=sys.stderr)
    print(f"{options.mode}: {outcome.figures()}")
    return 0 if outcome.is_right else 1


def _client(options: argparse.Namespace) -> "Client":
    from ops.client import Client
    from ops.local.folder import DataFolder
    from ops.local.key import kept_key
    from ops.preferences import read_settings

    folder = DataFolder(read_settings(data=options.data).data)
    running = folder.running()
    url = options.url or (running.url if running else "")
    if not url:
        raise OpsError(f"nothing runs on {folder.path}; start `python3 -m ops up`, or name a gateway with --url")
    key = options.key or os.environ.get("TOOLREEL_API_KEY") or kept_key(folder.path)
    return Client(url, key)
