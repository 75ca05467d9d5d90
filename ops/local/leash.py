"""Runs a command that dies with the process (on Linux: the thread) that started it, even if that is killed with -9.

`python -I -S leash.py PARENT SIGNAL USER COMMAND…`: PARENT's process id, the signal the kernel shall send, and the id
of the user to become first (0 to stay), because a change of user would take the leash off. A program of its own rather
than a `preexec_fn`, which is unsafe beside threads. Elsewhere than on Linux the command just runs.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
NOT_FOUND = 127


def main() -> None:
    parent, signal_number, user = (int(word) for word in sys.argv[1:4])
    if user:
        _become(user)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this has gone")
    try:
        os.execvp(sys.argv[4], sys.argv[4:])  # noqa: S606
    except OSError as error:
        print(f"cannot run {sys.argv[4]}: {error.strerror}", file=sys.stderr)
        sys.exit(NOT_FOUND)


def _become(user: int) -> None:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


if __name__ == "__main__":
    main()
