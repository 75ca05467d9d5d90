"""The error of the commands: one sentence or two for the person at the terminal."""


class OpsError(Exception):
    """Raised when a command cannot go on; its text says what is wrong and what to do."""
