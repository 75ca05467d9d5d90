"""What an image API means when it does not answer with a picture: is it the words, the settings, or a passing trouble. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from models.errors import ProviderFailed, ToolFailed

_PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 529)
_SAFETY = re.compile(r"moderation|content_policy|content_filter|safety|image_generation_user_error")
_QUOTA = re.compile(r"insufficient_quota|billing")
_RATE = "rate_limit"
_LONGEST_SAID = 300


class Refused(Exception):
    """Raised when the API says no. `error` is for the call; asking again may help if `is_passing`, or without `parameter`."""

    def __init__(
        self, error: ToolFailed, *, is_passing: bool = False, wait: float | None = None, parameter: str = ""
    ) -> None:
        super().__init__(error.detail)
        self.error = error
        self.is_passing = is_passing
        self.wait = wait
        self.parameter = parameter


@dataclass(frozen=True)
class Said:
    """The API's own words about an error: `{"error": {"message", "type", "code", "param"}}`."""

    message: str = ""
    kind: str = ""
    parameter: str = ""

    @classmethod
    def of(cls, error: object, secret: str) -> "Said":
        if not isinstance(error, dict):
            return cls(_shown(error, secret)) if isinstance(error, str) else cls()
        kind = f"{_text(error.get('code'))} {_text(error.get('type'))}"
        return cls(_shown(_text(error.get("message")), secret), kind, _text(error.get("param")))


def refused(status: int, headers: Mapping[str, str], body: bytes, *, secret: str, at: datetime) -> Refused:
    """What an answer with a status other than 200 means. The secret never becomes part of an error."""
    said = Said.of(_error_in(body), secret)
    if status == 401:
        return Refused(
            ToolFailed("The image API does not take the key: set TOOLREEL_IMAGE_API_KEY to a valid one (401).")
        )
    if status == 403:
        return Refused(ToolFailed(_joined("The key in TOOLREEL_IMAGE_API_KEY may not make pictures there (403)", said)))
    if status == 404:
        where = "TOOLREEL_IMAGE_API_URL or TOOLREEL_IMAGE_MODEL names nothing that the image API has (404)"
        return Refused(ToolFailed(_joined(where, said)))
    if 300 <= status < 400:
        where = f"The image API is somewhere else ({status}): set TOOLREEL_IMAGE_API_URL to where it really is."
        return Refused(ToolFailed(where))
    return _meant(said, status, wait=_wait(headers, at))


def told_of(error: object, *, secret: str) -> Refused:
    """What an error in the middle of a stream means."""
    return _meant(Said.of(error, secret), None)


def _meant(said: Said, status: int | None, wait: float | None = None) -> Refused:
    number = f" ({status})" if status else ""
    if _SAFETY.search(said.kind):
        words = _joined(f"The image API will not paint this, for reasons of safety{number}", said)
        return Refused(ToolFailed(f"{words} Ask for it in other words: change style or colors."))
    if _QUOTA.search(said.kind):
        return Refused(ToolFailed(_joined(f"The image API's account has nothing left to spend{number}", said)))
    if status == 429 or _RATE in said.kind:
        error = ProviderFailed(_joined(f"The image API has too much to do{number}", said))
        return Refused(error, is_passing=True, wait=wait)
    if status is None or status >= 500 or status in _PASSING:
        error = ProviderFailed(_joined(f"The image API failed{number}", said))
        return Refused(error, is_passing=status in _PASSING, wait=wait)
    return Refused(ToolFailed(_joined(f"The image API refused the request{number}", said)), parameter=said.parameter)


def _wait(headers: Mapping[str, str], at: datetime) -> float | None:
    """Retry-After in seconds, given as such or as a date (RFC 9110, 10.2.3)."""
    given = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", given):
        return float(given)
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - at).total_seconds())


def _error_in(body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer.get("error", answer.get("detail")) if isinstance(answer, dict) else None


def _joined(sentence: str, said: Said) -> str:
    if not said.message:
        return f"{sentence}."
    return f"{sentence}: {said.message}{'' if said.message.endswith(('.', '!', '?', '…')) else '.'}"


def _shown(message: str, secret: str) -> str:
    clean = " ".join(message.split())
    if secret:
        clean = clean.replace(secret, "…")
    return clean if len(clean) <= _LONGEST_SAID else clean[:_LONGEST_SAID] + "…"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
