"""Print every setting and test every service, each with what to do when it is not well.

Exits with 0 when all is well. A stack that runs on the data folder is examined too.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ops.environment import RUN_LOCK

if TYPE_CHECKING:
    from models.settings import Settings
    from ops.diagnosis import Finding

SUMMARY = "print the settings and test the services"
LOCK = RUN_LOCK
PASSES_ON = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: TOOLREEL_DATA, or .toolreel)")


def run(options: argparse.Namespace) -> int:
    from ops.diagnosis import diagnose
    from ops.local.folder import DataFolder
    from ops.preferences import read_settings

    settings = read_settings(data=options.data)
    print(f"Python {sys.version.split()[0]}, {sys.executable}\n")
    _print_settings(settings)
    findings = diagnose(settings, DataFolder(settings.data).running())
    for finding in findings:
        _print_finding(finding)
    return 0 if all(finding.is_well for finding in findings) else 1


def _print_settings(settings: "Settings") -> None:
    from ops.preferences import preferences

    for entry in preferences(settings):
        changed = f"  (default: {entry.default or 'empty'})" if entry.value != entry.default else ""
        print(f"{entry.variable}={entry.value}{changed}")
        print(f"    {entry.description}")
    print()


def _print_finding(finding: "Finding") -> None:
    print(f"{'ok  ' if finding.is_well else 'FAIL'}  {finding.service:<9} {finding.state}")
    if not finding.is_well:
        print(f"      {'':<9} {finding.remedy}")
