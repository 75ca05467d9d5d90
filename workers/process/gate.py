"""Becomes a program as soon as a byte says that its process group is known to the guard; ends when none comes.

`python -I -S gate.py FD PROGRAM…` reads the byte from FD. Standard library only, and little of that.
"""

import os
import signal
import sys

CANNOT_RUN = 126
NOT_FOUND = 127


def main(gate: int, command: list[str]) -> None:
    if not os.read(gate, 1):
        sys.exit("the process that started this has gone")
    os.close(gate)
    # Python ignores these, and a program inherits what is ignored.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
