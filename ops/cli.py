"""Reads the command line, makes sure of the environment and runs one command. Standard library only."""

import argparse
import os
import sys
from collections.abc import Sequence

from ops import bootstrap
from ops.commands import COMMANDS, Command
from ops.errors import OpsError

INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Run the command that `argv` names and return its exit code."""
    options = parse(argv)
    command = COMMANDS[options.command]
    try:
        bootstrap.enter(command.LOCK, argv)
        return command.run(options)
    except OpsError as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        if not bootstrap.stays_outside():
            raise
        return _fail(
            f"{bootstrap.NO_VENV} is set, but the module {error.name} is not installed for {sys.executable}.\n"
            f"Install {command.LOCK} there, or unset the variable."
        )
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The options of `argv`; what follows a command that passes its arguments on is kept in `rest`."""
    parser = _parser()
    own, rest = _split(argv)
    options = parser.parse_args(own)
    options.rest = rest
    return options


def _split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    command = COMMANDS.get(argv[0]) if argv else None
    asks_for_help = argv[1:2] in (["-h"], ["--help"])
    if command is None or not command.PASSES_ON or asks_for_help:
        return argv, ()
    return argv[:1], argv[1:]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m ops",
        description="Set up, run and examine Toolreel. The first start makes .venv beside the code.",
        epilog="Settings come from the environment: `python3 -m ops check` lists them.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        _add(commands, name, command)
    return parser


def _add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, command: Command) -> None:
    usage = f"python3 -m ops {name} [arguments of pytest]" if command.PASSES_ON else None
    description = (command.__doc__ or command.SUMMARY).strip()
    formatter = argparse.RawDescriptionHelpFormatter
    command.add_arguments(
        commands.add_parser(
            name,
            help=command.SUMMARY,
            description=description,
            usage=usage,
            formatter_class=formatter,
            allow_abbrev=False,
        )
    )


def _fail(text: str) -> int:
    red, plain = ("\x1b[31m", "\x1b[0m") if sys.stderr.isatty() and "NO_COLOR" not in os.environ else ("", "")
    print(f"{red}ops: {text}{plain}", file=sys.stderr)
    return 1
