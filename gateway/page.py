"""Keyset pages: `?before=` is the cursor that the page before gave as `next`, `?limit=` how many."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from models.errors import Malformed

USUAL = 50
MOST = 200
MOST_DIGITS = 18


@dataclass(frozen=True)
class Page:
    before: int | None
    limit: int

    def after(self, keys: Sequence[int]) -> str | None:
        """The next page's cursor, when one more key was found than the page holds."""
        return str(keys[self.limit - 1]) if len(keys) > self.limit else None


def page_of(request: Request) -> Page:
    """The page that a request asks for. Raises Malformed."""
    return Page(number_of(request, "before"), limit_of(request))


def limit_of(request: Request) -> int:
    """How many a page has at most. Raises Malformed."""
    limit = number_of(request, "limit")
    if limit is not None and not 1 <= limit <= MOST:
        raise Malformed(f"limit must be from 1 to {MOST}")
    return limit or USUAL


def number_of(request: Request, name: str, *, digits: int = MOST_DIGITS) -> int | None:
    """A whole number of at most so many digits in the query, or None. Raises Malformed."""
    given = request.query_params.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > digits:
        raise Malformed(f"{name} must be a whole number of at most {digits} digits")
    return int(given)
