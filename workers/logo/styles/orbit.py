"""A letter in the dark with arcs and points of light around it."""

from workers.logo.chance import Chance
from workers.logo.colour import oklch
from workers.logo.glyph import Hand, letter
from workers.logo.ground import ground
from workers.logo.palette import Palette, hue_of, readable_on
from workers.logo.svg import element, glow, linear, polar, show
from workers.logo.tile import squircle

_FAR = 186


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    hue = hue_of(palette.start)
    night = oklch(0.19, 0.05, hue)
    bright = readable_on(palette.start, night)
    glowing = element("defs", glow("core", palette.start, 256, 256, 220) + linear("arc", [bright, palette.spark], 45))
    light = glowing + element("circle", cx=256, cy=256, r=220, fill="url(#core)", opacity=0.5)
    under = ground(squircle(chance.pick((2, 4.5))), [night, oklch(0.26, 0.07, hue)], chance.between(0, 180), light)
    hand = Hand(chance.between(170, 186), chance.between(0.17, 0.2))
    return under + _arcs(chance, palette) + letter(sign, hand, oklch(0.985, 0.01, hue))


def _arcs(chance: Chance, palette: Palette) -> str:
    count = chance.pick((1, 2, 3))
    start, step = chance.between(0, 360), 360 / count
    drawn = ""
    for index in range(count):
        first = start + step * index
        last = first + step * chance.between(0.62, 0.8)
        x, y = polar(_FAR, last)
        drawn += _arc(first, last) + element("circle", cx=x, cy=y, r=30, fill=palette.spark)
    return drawn


def _arc(first: float, last: float) -> str:
    (x1, y1), (x2, y2) = polar(_FAR, first), polar(_FAR, last)
    is_large = int(last - first > 180)
    line = f"M{show(x1)} {show(y1)}A{_FAR} {_FAR} 0 {is_large} 1 {show(x2)} {show(y2)}"
    return element("path", d=line, fill="none", stroke="url(#arc)", stroke_width=24, stroke_linecap="round")
