"""Recorded tool calls: one JSON object a line, `{"message_id", "tool_calls": […], "tree"?: {path: sha256}}`."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import OpsError


@dataclass(frozen=True)
class Message:
    """The tool calls of one turn, and the files (sha256 by path) that must be there once they are done, if that is known."""

    message_id: str
    tool_calls: list[dict[str, Any]]
    tree: dict[str, str] | None


def read_recording(path: Path) -> list[Message]:
    """All messages of a recording. Raises OpsError naming the line that is none."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise OpsError(f"cannot read {path}: {error.strerror}") from error
    return [_message(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def tree_of(archive: bytes) -> dict[str, str]:
    """The sha256 of each file of a tar archive, by path."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = ((member, tar.extractfile(member)) for member in tar if member.isfile())
        return {
            member.name.removeprefix("./"): hashlib.sha256(file.read()).hexdigest() for member, file in files if file
        }


def differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """What is not as it should be, a line for each path."""
    lines = []
    for path in sorted(found.keys() | wanted.keys()):
        if path not in found:
            lines.append(f"{path} is missing")
        elif path not in wanted:
            lines.append(f"{path} should not be there")
        elif found[path] != wanted[path]:
            lines.append(f"{path} has other content")
    return lines


def _message(line: str, place: str) -> Message:
    try:
        entry = json.loads(line)
        return Message(str(entry["message_id"]), list(entry["tool_calls"]), entry.get("tree"))
    except (ValueError, KeyError, TypeError) as error:
        raise OpsError(f"{place}: this is no recorded message ({error!r})") from error
