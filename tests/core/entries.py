"""Events to write to a log in tests."""

from models.events import Entry


def moved(version: int, progress: float = 0.0, *, app: str = "demo", subject: str = "m1/c1") -> Entry:
    """A move of a call, told with this version."""
    return Entry(app, "tool_call", "m1", b'{"v":%d,"p":%g}' % (version, progress), subject, version, progress)


def progressed(version: int, progress: float, *, app: str = "demo", subject: str = "m1/c1") -> Entry:
    """Progress of a running stage."""
    data = b'{"v":%d,"p":%g}' % (version, progress)
    return Entry(app, "tool_call", "m1", data, subject, version, progress, live=True)


def lines(number: int, *, app: str = "demo", message: str = "m1") -> Entry:
    """Output, which nothing replaces."""
    return Entry(app, "log", message, b'{"lines":["%d"]}' % number)
