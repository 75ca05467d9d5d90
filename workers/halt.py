"""What ends a stage from outside. These are no `Exception`, so that a tool's `except Exception` lets them by."""


class Halt(BaseException):
    """Root of what a checkpoint raises to end a stage; a tool may clean up in `finally`, and must not catch it."""


class Cancelled(Halt):
    """Raised when the call is being cancelled."""


class Parked(Halt):
    """Raised when the call's pause outlasts the time that it keeps its slot."""


class Stopped(Halt):
    """Raised when the worker shuts down: the stage goes on elsewhere."""


class OutOfTime(Halt):
    """Raised when the stage took longer than it may."""


class ClaimLost(Halt):
    """Raised when another has taken the call from this process."""
