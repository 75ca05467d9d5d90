"""The trace that a request belongs to, as W3C Trace Context says it (https://www.w3.org/TR/trace-context/, version 00)."""

import re

from starlette.datastructures import Headers

TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def traceparent_of(headers: Headers) -> str | None:
    """The value of the header `traceparent`; one that is not valid counts as none."""
    given = headers.get("traceparent", "").strip()
    return given if TRACEPARENT.fullmatch(given) else None
