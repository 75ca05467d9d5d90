"""Writes SVG: elements as text, numbers short. The canvas is 512 units wide and high."""

from math import cos, radians, sin

from workers.logo.colour import Colour

SIZE = 512
MIDDLE = SIZE / 2

Paint = str | float | Colour


def element(tag: str, content: str = "", **attributes: Paint) -> str:
    """An element; `stroke_width=3` is written `stroke-width="3"`."""
    written = "".join(f' {name.rstrip("_").replace("_", "-")}="{show(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def show(value: Paint) -> str:
    if isinstance(value, Colour):
        return value.hex
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def points(path: list[tuple[float, float]]) -> str:
    """A closed polygon as path data."""
    return "M" + "L".join(f"{show(x)} {show(y)}" for x, y in path) + "Z"


def polar(radius: float, angle: float, x: float = MIDDLE, y: float = MIDDLE) -> tuple[float, float]:
    """The point at a distance and an angle in degrees (0 is right, 90 is down) from a centre."""
    return x + radius * cos(radians(angle)), y + radius * sin(radians(angle))


def linear(name: str, colours: list[Colour], angle: float) -> str:
    """A gradient across the whole canvas."""
    (x1, y1), (x2, y2) = polar(MIDDLE, angle + 180), polar(MIDDLE, angle)
    stops = _stops(colours)
    return element("linearGradient", stops, id=name, gradientUnits="userSpaceOnUse", x1=x1, y1=y1, x2=x2, y2=y2)


def glow(name: str, colour: Colour, x: float, y: float, radius: float) -> str:
    """A gradient that fades out around a point."""
    stops = element("stop", offset=0, stop_color=colour) + element("stop", offset=1, stop_color=colour, stop_opacity=0)
    return element("radialGradient", stops, id=name, gradientUnits="userSpaceOnUse", cx=x, cy=y, r=radius)


def document(title: str, body: str) -> str:
    """The whole file; `title` must be free of markup."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" role="img">'
        f"<title>{title}</title>{body}</svg>\n"
    )


def _stops(colours: list[Colour]) -> str:
    last = max(len(colours) - 1, 1)
    return "".join(element("stop", offset=at / last, stop_color=colour) for at, colour in enumerate(colours))
