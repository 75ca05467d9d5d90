"""What lies under a letter: the tile with its gradient, and quiet shapes on it."""

from collections.abc import Callable

from workers.logo.chance import Chance
from workers.logo.colour import Colour
from workers.logo.palette import Palette
from workers.logo.svg import MIDDLE, SIZE, element, linear, points, polar, show


def ground(tile: str, colours: list[Colour], angle: float, content: str = "") -> str:
    """A tile filled with a gradient; the content is cut off at the tile's edge."""
    defs = linear("ground", colours, angle) + element("clipPath", element("path", d=tile), id="tile")
    filled = element("path", d=tile, fill="url(#ground)")
    return element("defs", defs) + filled + (element("g", content, clip_path="url(#tile)") if content else "")


def decor(chance: Chance, palette: Palette) -> str:
    """Quiet shapes that only take the ground further from the ink."""
    draw = chance.pick(_DECORS)
    return element("g", draw(chance), fill=palette.shade, stroke=palette.shade, stroke_width=0, opacity=0.13)


def _discs(chance: Chance) -> str:
    x, y = polar(chance.between(190, 290), chance.between(0, 360))
    far = chance.between(170, 270)
    return element("circle", cx=x, cy=y, r=far) + element("circle", cx=x, cy=y, r=far * chance.between(0.45, 0.7))


def _rings(chance: Chance) -> str:
    x, y = polar(chance.between(230, 330), chance.pick((45, 135, 225, 315)) + chance.between(-20, 20))
    gap = chance.between(62, 92)
    rings = (element("circle", cx=x, cy=y, r=gap * count, stroke_width=gap * 0.42) for count in range(1, 8))
    return element("g", "".join(rings), fill="none")


def _bands(chance: Chance) -> str:
    wide, at = chance.between(80, 150), chance.between(-60, 60)
    turn = f"rotate({show(chance.between(20, 70) * chance.pick((1, -1)))} 256 256)"
    first = element("rect", x=MIDDLE + at, y=-SIZE, width=wide, height=3 * SIZE)
    second = element("rect", x=MIDDLE + at + wide * 1.4, y=-SIZE, width=SIZE, height=3 * SIZE)
    return element("g", first + second, transform=turn)


def _facets(chance: Chance) -> str:
    x, y = polar(chance.between(20, 150), chance.between(0, 360))
    start, count = chance.between(0, 360), chance.pick((5, 6, 7, 9))
    step = 360 / count
    cuts = [start + step * (index + chance.between(-0.2, 0.2)) for index in range(count)]
    rays = ((cut, cut + step * chance.between(0.4, 0.7)) for cut in cuts)
    return "".join(element("path", d=points([(x, y), polar(900, a, x, y), polar(900, b, x, y)])) for a, b in rays)


def _wave(chance: Chance) -> str:
    high, low = chance.between(230, 330), chance.between(60, 130)
    turn = f"rotate({show(chance.between(0, 360))} 256 256)"
    rise, fall = show(high - low), show(high + low)
    line = f"M-200 {show(high)}C60 {rise} 190 {fall} 256 {show(high)}S540 {rise} 720 {show(high)}V900H-200Z"
    near = element("path", d=line, transform=turn)
    return near + element("path", d=line, transform=f"{turn} translate(40 70)")


_DECORS: tuple[Callable[[Chance], str], ...] = (_discs, _rings, _bands, _facets, _wave)
