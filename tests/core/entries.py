"""Events to write to a log in tests."""

from models.events import Entry


def moved(version: int, progress: float = 0.0, *, app: str = "demo", subject: str = "m1/c1", since: int = -1) -> Entry:
    """A move of a call, told with this version."""
    data = b'{"v":%d,"p":%g}' % (version, progress)
    return Entry(app, "tool_call", "m1", data, subject, version, progress, since=since)


def progressed(version: int, progress: float, *, app: str = "demo", subject: str = "m1/c1", since: int = -1) -> Entry:
    """Progress of a running stage."""
    data = b'{"v":%d,"p":%g}' % (version, progress)
    return Entry(app, "tool_call", "m1", data, subject, version, progress, live=True, since=since)


def lines(number: int, *, app: str = "demo", message: str = "m1") -> Entry:
    """Output, which nothing replaces."""
    return Entry(app, "log", message, b'{"lines":["%d"]}' % number)
