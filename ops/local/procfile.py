"""Reads a Procfile: `name: command` lines, with `${VAR}` and `${VAR:-default}`, split as a shell would, run by none."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from ops.errors import OpsError

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def read_procfile(path: Path) -> dict[str, str]:
    """Commands by name, in the file's order. Raises OpsError naming the line that is none."""
    try:
        text = path.read_text()
    except OSError as error:
        raise OpsError(f"cannot read {path}: {error.strerror}") from error
    return parse(text, path.name)


def parse(text: str, source: str = "Procfile") -> dict[str, str]:
    """The same, from the text of a Procfile."""
    commands: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = LINE.match(line.strip())
        if not found or found[1] in commands:
            raise OpsError(
                f"{source}, line {number}: expected `name: command` with a name of its own, got {line.strip()!r}"
            )
        commands[found[1]] = found[2]
    return commands


def words(command: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """A command's words, each with its variables filled in; a value is never split further."""
    return tuple(expand(word, environment) for word in shlex.split(command))


def expand(word: str, environment: Mapping[str, str]) -> str:
    """Fill in variables; the default stands where one is unset or empty."""
    return VARIABLE.sub(lambda found: environment.get(found[1]) or found[2] or "", word)
