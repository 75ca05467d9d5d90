"""In which form a client wants an archive: `?format=` decides, else what it accepts (RFC 9110, section 12.5.1)."""

import re

from starlette.requests import Request

from models.errors import Malformed

USUAL = "tar.gz"
TYPES = {USUAL: "application/gzip", "zip": "application/zip"}
WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")


def form_of(request: Request) -> str:
    """One of TYPES. A client that accepts neither gets the usual one. Raises Malformed."""
    given = request.query_params.get("format")
    if given is None:
        accepted = _accepted(request)
        return max(TYPES, key=lambda form: _weight(accepted, TYPES[form]))
    if given not in TYPES:
        raise Malformed(f"format must be one of {', '.join(TYPES)}")
    return given


def _accepted(request: Request) -> dict[str, float]:
    found = {}
    for entry in ",".join(request.headers.getlist("accept")).split(","):
        kind, *parameters = (part.strip().lower() for part in entry.split(";"))
        weights = [match[1] for part in parameters if (match := WEIGHT.fullmatch(part))]
        found[kind] = float(weights[0]) if weights else 1.0
    return found


def _weight(accepted: dict[str, float], kind: str) -> float:
    """How much a client wants this; `max` takes the first of equals, so the usual form is listed first."""
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((accepted[one] for one in ranges if one in accepted), 0.0)
