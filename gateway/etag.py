"""Entity tags and the conditions that requests make with them (RFC 9110, sections 8.8.3 and 13). A tag is a sha256."""

import re

from starlette.requests import Request

from models.errors import Malformed, PreconditionFailed
from models.write import Condition

OPAQUE = r'"([\x21\x23-\x7e\x80-\xff]*)"'
TAG = re.compile(rf"(W/)?{OPAQUE}")
LIST = re.compile(rf"[ \t,]*(?:(?:W/)?{OPAQUE}[ \t]*(?:,[ \t,]*|$))+")


def tag(sha256: str) -> str:
    return f'"{sha256}"'


def condition_of(request: Request) -> Condition:
    """What a request demands by If-Match and If-None-Match. Raises Malformed."""
    return Condition(_tags(request, "if-match", weak=False), _tags(request, "if-none-match", weak=True))


def is_known(request: Request, sha256: str) -> bool:
    """Whether a reader says that it has this content already: the answer is 304. Raises Malformed, PreconditionFailed."""
    condition = condition_of(request)
    if not Condition(match=condition.match).holds(sha256):
        raise PreconditionFailed("this is not the content that you named")
    return not condition.holds(sha256)


def _tags(request: Request, name: str, *, weak: bool) -> frozenset[str]:
    """A header's tags. A weak one never fits where a strong one is asked for, and becomes one that nothing has."""
    values = request.headers.getlist(name)
    given = ",".join(values).strip()
    if not values or given == "*":
        return frozenset(given)
    # An empty header would be no condition at all, and overwrite what its sender meant to keep.
    if not LIST.fullmatch(given):
        raise Malformed(f'{name} must be * or entity tags like "{"0" * 8}…"')
    return frozenset(content if weak or not mark else "weak" for mark, content in TAG.findall(given))
