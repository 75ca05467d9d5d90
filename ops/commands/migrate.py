"""Bring the database that DATABASE_URL names (SQLite in the data folder when unset) to the newest schema.

Harmless when it is there already. `up` does this by itself.
"""

import argparse

from ops.environment import RUN_LOCK

SUMMARY = "bring the database to the newest schema"
LOCK = RUN_LOCK
PASSES_ON = False


def add_arguments(parser: argparse.ArgumentParser) -> None: ...


def run(_options: argparse.Namespace) -> int:
    from ops.local.schema import bring_up_to_date
    from ops.preferences import read_settings, without_password

    url = read_settings().store_url
    revision = bring_up_to_date(url)
    print(f"{without_password(url)} is at revision {revision}.")
    return 0
