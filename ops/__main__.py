"""The door of `python3 -m ops`. It must parse on any Python 3, to be able to say which one is needed."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Toolreel needs Python 3.11 or newer; this is %d.%d. Try: python3.11 -m ops" % sys.version_info[:2])  # noqa: UP031

from ops.cli import main

sys.exit(main(sys.argv[1:]))
