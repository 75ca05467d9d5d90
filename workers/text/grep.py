"""Searches texts line by line with a regular expression, as a program of its own: a bad pattern can keep one busy for ever.

`python -I -S -W ignore grep.py FLAGS MOST TEXT_SECONDS SECONDS` takes the pattern and then texts, each as its size in
bytes, a newline and UTF-8. It answers the pattern with `ok`, or with where and what is wrong with it; each text with how
many of its lines match and the numbers, from 1, of the first MOST. The kernel ends it when the pattern or a text costs
more CPU time than TEXT_SECONDS, or all of them more than SECONDS; it ends by itself when whoever started it goes away.
Standard library only, and little of that: it starts anew for every search.
"""

import re
import resource
import signal
import sys
from typing import NoReturn

BYTE_ORDER_MARK = "\ufeff"
MEMORY_BYTES = 1 << 30
OUT_OF_MEMORY = 3


def main(flags: str, most: int, text_seconds: float, seconds: int) -> None:
    _limit(seconds)
    _start_clock(text_seconds)
    pattern = _compiled(_read_text() or "", re.IGNORECASE if "i" in flags else 0)
    while (text := _read_text()) is not None:
        _start_clock(text_seconds)
        numbers = _matching(pattern, text)
        _answer(" ".join(map(str, [len(numbers), *numbers[:most]])))


def _limit(seconds: int) -> None:
    for number in (signal.SIGPROF, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _start_clock(seconds: float) -> None:
    """From here on this much CPU time, then the signal ends the process, wherever it is."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _compiled(query: str, flags: int) -> re.Pattern[str]:
    try:
        pattern = re.compile(query, flags)
    except re.error as error:
        _refuse(error.msg, error.pos)
    except (ValueError, OverflowError, RecursionError) as error:
        _refuse(str(error), None)
    _answer("ok")
    return pattern


def _matching(pattern: re.Pattern[str], text: str) -> list[int]:
    lines = text.removeprefix(BYTE_ORDER_MARK).split("\n")
    if not lines[-1]:
        lines.pop()
    search = pattern.search
    return [number for number, line in enumerate(lines, 1) if search(line.removesuffix("\r"))]


def _read_text() -> str | None:
    size = sys.stdin.buffer.readline()
    return sys.stdin.buffer.read(int(size)).decode() if size else None


def _refuse(reason: str, position: int | None) -> NoReturn:
    _answer(f"{-1 if position is None else position} {' '.join(reason.split())}")
    sys.exit()


def _answer(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
