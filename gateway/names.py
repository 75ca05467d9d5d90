"""The ids in a request's path, checked against their rules."""

import re
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from models.errors import Malformed
from models.path import MAX_PATH_BYTES, normalise

APP_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CALL_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def app_of(request: Request) -> str:
    """The app in the path. Raises Malformed."""
    return _checked(
        request, "app_id", APP_ID, "1 to 63 lower-case letters, digits and dashes, with no dash at either end"
    )


def message_of(request: Request) -> str:
    """The message in the path. Raises Malformed."""
    return _checked(request, "message_id", MESSAGE_ID, "1 to 128 letters, digits, _ and -")


def call_of(request: Request) -> str:
    """The tool call in the path. Raises Malformed."""
    return _checked(request, "call_id", CALL_ID, "1 to 128 letters, digits, _ . : and -")


def path_of(request: Request) -> str:
    """The file in the path, normalised. Raises Malformed."""
    _refuse_broken_text(request)
    try:
        return normalise(request.path_params["path"])
    except ValueError as error:
        raise Malformed(f"the file's path {error}") from error


def prefix_of(request: Request) -> str:
    """How the paths asked for begin: `?prefix=`, empty for all. Raises Malformed."""
    prefix = request.query_params.get("prefix", "")
    if len(prefix) > MAX_PATH_BYTES or CONTROL.search(prefix):
        raise Malformed(f"prefix must be how paths begin: at most {MAX_PATH_BYTES} characters, none of them a control")
    return prefix


def _refuse_broken_text(request: Request) -> None:
    """Bytes that are no UTF-8 arrive here as U+FFFD, all alike, so two such paths would name one file."""
    try:
        unquote_to_bytes(request.scope.get("raw_path") or b"").decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"the file's path must be UTF-8, percent-encoded: {error.reason}") from error


def _checked(request: Request, name: str, rule: re.Pattern[str], words: str) -> str:
    value: str = request.path_params[name]
    if not rule.fullmatch(value):
        raise Malformed(f"{name} must be {words} ({rule.pattern})")
    return value
