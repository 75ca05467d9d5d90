"""List, add, rotate and revoke the API keys of backends that call the gateway.

  keys                        who has a key, and until when
  keys add NAME               make a key and print it: the only time that it can be read
  keys rotate NAME [--grace]  make the next key of this name; the one before works on for the grace time
  keys revoke NAME            let a key stop working, and with it the tokens and sessions made with it

Gateways obey within five seconds. The key named `first` is the one that TOOLREEL_API_KEY gives or the data folder keeps;
rotating it writes the folder's file anew.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ops.environment import RUN_LOCK

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.settings import Settings

SUMMARY = "list, add, rotate and revoke API keys"
LOCK = RUN_LOCK
PASSES_ON = False
GRACE_SECONDS = 24 * 3600.0
FIRST = "first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("list", "add", "rotate", "revoke"), default="list")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the key's name, like the backend that has it")
    parser.add_argument(
        "--grace",
        type=float,
        default=GRACE_SECONDS,
        metavar="SECONDS",
        help="how long a rotated key works on (default: a day)",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: TOOLREEL_DATA, or .toolreel)")


def run(options: argparse.Namespace) -> int:
    from models.errors import ToolreelError
    from ops.errors import OpsError
    from ops.local.schema import bring_up_to_date
    from ops.preferences import read_settings

    if options.action != "list" and not options.name:
        raise OpsError(f"keys {options.action} needs the key's NAME")
    if options.grace < 0:
        raise OpsError("--grace is a number of seconds from 0 on")
    settings = read_settings(data=options.data)
    bring_up_to_date(settings.store_url)
    try:
        _carry_out(options, settings)
    except ToolreelError as error:
        raise OpsError(error.detail) from None
    return 0


def _carry_out(options: argparse.Namespace, settings: "Settings") -> None:
    import time
    from contextlib import closing

    from models.database import Store

    act = {"list": _list, "add": _add, "rotate": _rotate, "revoke": _revoke}[options.action]
    with closing(Store(settings.store_url)) as store, store.write() as tx:
        print(act(tx, options, settings, time.time()))


def _list(tx: "Connection", _options: argparse.Namespace, _settings: "Settings", at: float) -> str:
    from models.call import instant
    from models.keys import list_keys

    lines = []
    for key in list_keys(tx):
        end = "" if key.revoked_at is None else f"  works until {instant(key.revoked_at)}"
        end = end if key.works(at) else f"  revoked {instant(key.revoked_at or at)}"
        lines.append(f"{key.name:<24} made {instant(key.created_at)}{end}")
    return "\n".join(lines) or "There are no keys; a gateway makes the first one known when it starts."


def _add(tx: "Connection", options: argparse.Namespace, _settings: "Settings", at: float) -> str:
    from models.keys import add_key

    return add_key(tx, options.name, at)


def _rotate(tx: "Connection", options: argparse.Namespace, settings: "Settings", at: float) -> str:
    from models.keys import rotate_key
    from ops.errors import OpsError
    from ops.local.key import key_file
    from ops.local.private import write_private

    if options.name == FIRST and settings.api_key.get_secret_value():
        raise OpsError("TOOLREEL_API_KEY gives the first key: set another one there and start the gateways anew")
    secret = rotate_key(tx, options.name, at, grace=options.grace)
    if options.name != FIRST:
        return secret
    write_private(key_file(settings.data), secret + "\n")
    return f"The key in {key_file(settings.data)} is another one now."


def _revoke(tx: "Connection", options: argparse.Namespace, _settings: "Settings", at: float) -> str:
    from models.keys import revoke_key

    revoke_key(tx, options.name, at)
    return f"{options.name} works no longer."
