"""The outline that a logo stands on, as path data around the middle of the canvas."""

from math import copysign, cos, pi, sin

from workers.logo.chance import Chance
from workers.logo.svg import MIDDLE, points, polar, show

RADIUS = 244
_STEPS = 180


def any_tile(chance: Chance) -> str:
    """One of the calm outlines on which a letter stands well."""
    kind = chance.pick(("squircle", "squircle", "round", "leaf", "polygon"))
    if kind == "squircle":
        return squircle(chance.between(3.2, 6.5))
    if kind == "round":
        return squircle(2)
    if kind == "leaf":
        return leaf(chance.between(150, 235), chance.between(24, 70), chance.pick((True, False)))
    return polygon(chance.pick((6, 8)), chance.between(0.1, 0.24), chance.pick((0, 0.5)))


def squircle(power: float, radius: float = RADIUS) -> str:
    """A superellipse: 2 is a circle, 4 the shape of app icons, 8 nearly a square."""
    return points([_on_superellipse(2 * pi * step / _STEPS, power, radius) for step in range(_STEPS)])


def leaf(large: float, small: float, is_falling: bool) -> str:
    """A square with two opposite corners wide and two tight."""
    corners = (large, small, large, small) if is_falling else (small, large, small, large)
    low, high = MIDDLE - RADIUS, MIDDLE + RADIUS
    a, b, c, d = corners
    return (
        f"M{show(low + a)} {show(low)}H{show(high - b)}A{show(b)} {show(b)} 0 0 1 {show(high)} {show(low + b)}"
        f"V{show(high - c)}A{show(c)} {show(c)} 0 0 1 {show(high - c)} {show(high)}"
        f"H{show(low + d)}A{show(d)} {show(d)} 0 0 1 {show(low)} {show(high - d)}"
        f"V{show(low + a)}A{show(a)} {show(a)} 0 0 1 {show(low + a)} {show(low)}Z"
    )


def polygon(corners: int, rounding: float, turn: float, radius: float = RADIUS + 6) -> str:
    """A regular polygon with round corners; `turn` is a part of one corner's angle."""
    angle = 360 / corners
    at = [polar(radius, -90 + angle * (index + turn)) for index in range(corners)]
    path = []
    for index, corner in enumerate(at):
        enter = _towards(corner, at[index - 1], rounding * 1.6)
        leave = _towards(corner, at[(index + 1) % corners], rounding * 1.6)
        path.append(
            f"{show(enter[0])} {show(enter[1])}Q{show(corner[0])} {show(corner[1])} {show(leave[0])} {show(leave[1])}"
        )
    return "M" + "L".join(path) + "Z"


def wavy(waves: int, depth: float, radius: float = RADIUS, turn: float = 0) -> str:
    """A circle whose edge goes in and out: a seal with many small waves, a blob with few deep ones."""
    path = []
    for step in range(_STEPS * 2):
        angle = 360 * step / (_STEPS * 2)
        swing = 1 - depth + depth * cos((angle + turn) * waves * pi / 180)
        path.append(polar(radius * swing, angle))
    return points(path)


def shield(waist: float) -> str:
    """A shield; `waist` 0-1 is how early it narrows."""
    bend = 300 - 110 * waist
    return (
        f"M256 10C316 48 392 62 470 64V{show(bend)}C470 {show(bend + 110)} 380 462 256 504"
        f"C132 462 42 {show(bend + 110)} 42 {show(bend)}V64C120 62 196 48 256 10Z"
    )


def _on_superellipse(angle: float, power: float, radius: float) -> tuple[float, float]:
    x = copysign(abs(cos(angle)) ** (2 / power), cos(angle))
    y = copysign(abs(sin(angle)) ** (2 / power), sin(angle))
    return MIDDLE + radius * x, MIDDLE + radius * y


def _towards(one: tuple[float, float], other: tuple[float, float], part: float) -> tuple[float, float]:
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part
