"""The first API key: the one TOOLREEL_API_KEY gives, else made once and kept in the data folder."""

import secrets
from pathlib import Path

from ops.errors import OpsError
from ops.local.private import write_private

PREFIX = "tr_"


def key_file(data: Path) -> Path:
    return data / "api-key"


def first_key(data: Path, given: str = "") -> str:
    """The key to use with this data folder; kept in its file unless it was given."""
    return given or kept_key(data) or _make(data)


def kept_key(data: Path) -> str:
    """The key that the data folder keeps, empty if it keeps none."""
    try:
        return key_file(data).read_text().strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise OpsError(f"cannot read the key file {key_file(data)}: {error.strerror}") from error


def _make(data: Path) -> str:
    key = PREFIX + secrets.token_urlsafe(32)
    write_private(key_file(data), key + "\n")
    return key
