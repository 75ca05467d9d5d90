"""Which paths are meant by patterns like `src/**/*.ts, *.css`. Pure; no pattern takes long, whatever it is.

A pattern without `/` fits a name in any folder; one with `/` fits from the app's root. `*` and `?` stay within a name,
`**` is any number of folders, `[a-z]` one of these characters, `{a,b}` either. One that names a folder takes all in it.
"""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache

MOST_ALTERNATIVES = 100
ANY_FOLDERS = "**"
_WILD = re.compile(r"[*?\[]")
_BRACES = re.compile(r"\{([^{}]*)\}")


class Globs:
    """Patterns; a path fits when it fits one of them. Raises ValueError, saying why, when they cannot be read."""

    def __init__(self, patterns: str) -> None:
        self._alternatives = [_names(pattern) for part in _split(patterns) for pattern in _expand(part)]
        if len(self._alternatives) > MOST_ALTERNATIVES:
            raise ValueError(f"at most {MOST_ALTERNATIVES} patterns, counting each {{a,b}} as two")

    def fits(self, path: str) -> bool:
        names = path.split("/")
        return any(_fits(wanted, names) for wanted in self._alternatives)


def _split(patterns: str) -> list[str]:
    """The patterns between the commas that are not in braces."""
    depth, parts = 0, [""]
    for sign in patterns:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            raise ValueError("a } has no { before it")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    if depth:
        raise ValueError("a { has no } after it")
    return [part.strip() for part in parts if part.strip()]


def _expand(pattern: str) -> list[str]:
    """`*.{ts,tsx}` as `*.ts` and `*.tsx`."""
    done, waiting = [], [pattern]
    while waiting:
        first = waiting.pop(0)
        if braces := _BRACES.search(first):
            waiting += [first[: braces.start()] + choice + first[braces.end() :] for choice in braces[1].split(",")]
        else:
            done.append(first)
        if len(done) + len(waiting) > MOST_ALTERNATIVES:
            raise ValueError(f"{pattern[:60]} stands for more than {MOST_ALTERNATIVES} patterns")
    return done


def _names(pattern: str) -> list[str]:
    """The names a path must have, in order, with `**` for any number of them."""
    names = [name for name in pattern.removeprefix("./").split("/") if name]
    if not names or ".." in names:
        raise ValueError(f"{pattern[:60]!r} is no pattern of paths in the app")
    anywhere = [ANY_FOLDERS] if "/" not in pattern.rstrip("/") else []
    inside = [ANY_FOLDERS] if pattern.endswith("/") or not _WILD.search(names[-1]) else []
    return [*anywhere, *names, *inside]


def _fits(wanted: Sequence[str], names: Sequence[str]) -> bool:
    """Whether all names are used up by all that is wanted; `at` holds how many may be used up so far."""
    at = {0}
    for name in wanted:
        if name == ANY_FOLDERS:
            at = set(range(min(at), len(names) + 1))
        else:
            fits = _name_pattern(name).match
            at = {used + 1 for used in at if used < len(names) and fits(names[used])}
        if not at:
            return False
    return len(names) in at


@lru_cache(maxsize=1000)
def _name_pattern(name: str) -> re.Pattern[str]:
    return re.compile(translate(name))
