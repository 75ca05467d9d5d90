"""Spans of a file's lines as a model reads them: numbered, with the gaps named, and no more than it can use. Pure."""

from dataclasses import dataclass

from workers.text.lines import numbered, span
from workers.text.ranges import cut

MOST_LINES = 2000
MOST_CHARACTERS = 256 * 1024
_LONGEST_LINE = 2000


@dataclass(frozen=True)
class Excerpt:
    """Lines of text, and which (first, last) lines of the file they show."""

    lines: list[str]
    shown: list[tuple[int, int]]


def excerpt(lines: list[str], spans: list[tuple[int, int]]) -> Excerpt:
    """At most 2000 lines and 256 KiB of the spans; what is left out is named, with how to ask for it."""
    shown = _affordable(lines, cut(spans, MOST_LINES))
    width = max(4, len(str(shown[-1][1]))) if shown else 4
    text: list[str] = []
    at = 1
    for first, last in shown:
        text += _gap(at, first - 1)
        text += numbered(lines[first - 1 : last], first, width, _LONGEST_LINE)
        at = last + 1
    return Excerpt([*text, *_rest(at, len(lines), spans)], shown)


def _affordable(lines: list[str], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    left = MOST_CHARACTERS
    count = 0
    for first, last in spans:
        for line in lines[first - 1 : last]:
            left -= min(len(line), _LONGEST_LINE)
            if left < 0:
                return cut(spans, count)
            count += 1
    return spans


def _gap(first: int, last: int) -> list[str]:
    return [f"… {span(first, last)} not shown"] if last >= first else []


def _rest(at: int, count: int, spans: list[tuple[int, int]]) -> list[str]:
    """Says what follows; when more was asked for than is shown, how to see it."""
    if not count:
        return ["(the file is empty)"]
    if at > count:
        return []
    if spans[-1][1] < at:
        return _gap(at, count)
    return [f'… {span(at, count)} not shown: this is too much for one answer; ask for more with lines: "{at}-"']
