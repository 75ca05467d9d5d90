"""JSON as text and back, exact for integers of any size, which the fast parser alone would round."""

import json
import re
from typing import Any

import orjson

LONG_NUMBER = re.compile(r"\d{19}")
LONG_NUMBER_BYTES = re.compile(rb"\d{19}")


def encode(value: Any, *, sort_keys: bool = False) -> bytes:
    """JSON in UTF-8 without spaces. Raises TypeError or ValueError for what is not JSON."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except TypeError:
        text = json.dumps(value, sort_keys=sort_keys, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()


def decode(text: str | bytes) -> Any:
    """The value of a JSON text. Raises json.JSONDecodeError; also for NaN, lone surrogates and a byte order mark."""
    value = orjson.loads(text)
    if not _has_long_number(text):
        return value
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from error


def writable(text: str) -> str:
    """The text with `?` for lone surrogates, which no UTF-8 can hold: tools get them from undecodable bytes."""
    return text.encode(errors="replace").decode()


def _has_long_number(text: str | bytes) -> bool:
    found = LONG_NUMBER.search(text) if isinstance(text, str) else LONG_NUMBER_BYTES.search(text)
    return found is not None
