"""Entity tags and the conditions that requests make with them (RFC 9110, sections 8.8.3 and 13.1). A tag is the sha256."""

import re

from starlette.requests import Request

from models.errors import Malformed
from models.write import Condition

TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def tag(sha256: str) -> str:
    return f'"{sha256}"'


def condition_of(request: Request) -> Condition:
    """What a write demands by If-Match and If-None-Match. Raises Malformed."""
    return Condition(_tags(request, "if-match", weak=False), _tags(request, "if-none-match", weak=True))


def is_known(request: Request, sha256: str) -> bool:
    """Whether a reader says that it has this content already."""
    tags = _tags(request, "if-none-match", weak=True)
    return "*" in tags or sha256 in tags


def _tags(request: Request, name: str, *, weak: bool) -> frozenset[str]:
    """A header's tags. A weak one never fits where a strong one is asked for, and becomes one that no file has."""
    given = ",".join(request.headers.getlist(name)).strip()
    if given in ("", "*"):
        return frozenset(given)
    if TAG.sub("", given).strip(", \t"):
        raise Malformed(f'{name} must be * or entity tags like "{"0" * 8}…"')
    return frozenset(part[2] if weak or not part[1] else "weak" for part in TAG.finditer(given))
