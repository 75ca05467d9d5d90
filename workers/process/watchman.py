"""The guard's program: hears of process groups on its standard input, and kills those it knows of when that ends.

`python -I -S watchman.py` takes lines: `+12` for a group that begins, `-12` for one that is gone. Only the process that
started it holds the other end, so the end of the input means that this process is gone. Standard library only.
"""

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress


def main(words: Iterable[bytes]) -> None:
    # It must outlive a worker that is asked to end, together with everything else, and takes its time.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for word in words:
        group = int(word[1:])
        if word.startswith(b"+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.stdin.buffer)
