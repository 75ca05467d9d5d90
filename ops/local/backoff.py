"""How long to wait before a program that ended is started again. No clock is read here."""

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 15.0
HEALTHY_SECONDS = 30.0


def next_delay(previous: float, lived: float) -> float:
    """Seconds to wait, given the wait before (0: none) and how long the program lived: doubled, unless it was healthy."""
    if previous == 0 or lived >= HEALTHY_SECONDS:
        return FIRST_SECONDS
    return min(previous * 2, LONGEST_SECONDS)
