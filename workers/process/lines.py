"""Splits a program's output into lines as a terminal shows them: what follows a lone CR is written over the line. Pure."""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 2000
CUT = "…"
_PIECES = re.compile(r"[^\r\n]+|\r|\n")


class Line(NamedTuple):
    """A text that was said (`is_news` when it was not told before), and whether it `stays` or is written over."""

    text: str
    is_news: bool
    stays: bool


class Lines:
    """Bytes in, lines out; of a line that is too long the beginning."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._told: str | None = None

    def feed(self, data: bytes) -> Iterator[Line]:
        for piece in _PIECES.findall(self._decoder.decode(data)):
            if piece == "\n":
                yield self._end_line()
            elif piece != "\r":
                self._add(piece)
            elif self._text:
                yield self._return()

    def end(self) -> Iterator[Line]:
        """What stands on the last line, which has no end."""
        self._add(self._decoder.decode(b"", final=True))
        if self._text or self._told is not None:
            yield self._end_line()

    def _add(self, text: str) -> None:
        if len(self._text) > LONGEST:
            return
        self._text += text[: LONGEST + 1]
        if len(self._text) > LONGEST:
            self._text = self._text[:LONGEST] + CUT

    def _return(self) -> Line:
        self._told, self._text = self._text, ""
        return Line(self._told, is_news=True, stays=False)

    def _end_line(self) -> Line:
        is_news = bool(self._text) or self._told is None
        line = Line(self._text or self._told or "", is_news, stays=True)
        self._told, self._text = None, ""
        return line
