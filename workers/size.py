"""Sizes as people read them, in decimal units. Pure."""

_UNITS = ((1_000_000, "MB"), (1_000, "kB"), (1, "bytes"))


def shown(size: int) -> str:
    """`3.0 MB`, `12.5 kB`, `1 byte`."""
    if size == 1:
        return "1 byte"
    scale, unit = _unit(size)
    return f"{_amount(size, scale)} {unit}"


def part(done: int, total: int) -> str:
    """`1.2 of 3.0 MB`: both in the total's unit."""
    scale, unit = _unit(total)
    return f"{_amount(done, scale)} of {_amount(total, scale)} {unit}"


def _unit(size: int) -> tuple[int, str]:
    return next((entry for entry in _UNITS if size >= entry[0]), _UNITS[-1])


def _amount(size: int, scale: int) -> str:
    return str(size) if scale == 1 else f"{size / scale:.1f}"
