"""Syntax errors of CSS by its tokens (CSS Syntax Module Level 3): brackets, strings, comments, declarations without a colon.

At-rules and values are not judged, so that what is newer than this file passes.
"""

import re
from dataclasses import dataclass, field

from workers.syntax.brackets import Bracket, Brackets
from workers.syntax.fault import MOST_FAULTS, Fault, fault_at

_TOKEN = re.compile(
    r"""(?P<space>\s++|/\*(?s:.*?)\*/)
    |(?P<open_comment>/\*)
    |(?P<string>"(?:[^"\\\n]|\\(?s:.))*+"|'(?:[^'\\\n]|\\(?s:.))*+')
    |(?P<open_string>["'])
    |(?P<url>url\(\s*+[^"'()\s]*+\s*+\))
    |(?P<bracket>[(){}\[\]])
    |(?P<colon>:)
    |(?P<semicolon>;)
    |(?P<other>(?:\\(?s:.)|[^\s"'(){}\[\]:;/\\u]|/(?!\*)|u(?!rl\())++|(?s:.))""",
    re.VERBOSE,
)
_UNENDED = {"open_comment": "this comment is never closed", "open_string": "this string is not closed on its line"}


def parse_css(text: str) -> list[Fault]:
    reader = _Reader(text)
    for token in _TOKEN.finditer(text):
        kind = str(token.lastgroup)
        if kind in _UNENDED:
            return [*reader.faults, fault_at(text, token.start(), _UNENDED[kind])]
        reader.take(kind, token[0], token.start())
        if reader.brackets.unfit or len(reader.faults) >= MOST_FAULTS:
            break
    return [*reader.faults, *reader.brackets.faults(text)]


@dataclass
class _Reader:
    """Where the reading stands: the open brackets, and how the statement that is being read began."""

    text: str
    faults: list[Fault] = field(default_factory=list)
    brackets: Brackets = field(default_factory=Brackets)
    start: int | None = None
    has_colon: bool = False

    def take(self, kind: str, sign: str, offset: int) -> None:
        if kind == "space":
            return
        if kind == "semicolon" or sign in ("{", "}"):
            self._end_statement(is_prelude=sign == "{")
        elif self.start is None:
            self.start = offset
        self.has_colon = self.has_colon or (kind == "colon" and self.start is not None)
        if kind == "bracket":
            self.brackets.take(Bracket(sign, offset))

    def _end_statement(self, *, is_prelude: bool) -> None:
        start, has_colon = self.start, self.has_colon
        if self.brackets.inside in ("(", "["):
            return
        self.start, self.has_colon = None, False
        if start is None or is_prelude or has_colon or self.text[start] == "@" or self.brackets.inside is None:
            return
        self.faults.append(fault_at(self.text, start, "a declaration needs a colon, like `name: value;`"))
