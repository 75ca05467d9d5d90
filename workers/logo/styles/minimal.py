"""A quiet letter, one ground, one point of colour."""

from workers.logo.chance import Chance
from workers.logo.colour import oklch
from workers.logo.glyph import Hand, letter
from workers.logo.ground import ground
from workers.logo.palette import Palette, hue_of, readable_on
from workers.logo.svg import element, polar
from workers.logo.tile import squircle


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    hue = hue_of(palette.start)
    paper = chance.pick((oklch(0.965, 0.018, hue), palette.start, oklch(0.24, 0.035, hue)))
    ink = palette.ink if paper == palette.start else readable_on(palette.start, paper, 4.8)
    point = palette.accent if paper == palette.start or paper.luminance < 0.18 else palette.end
    hand = Hand(chance.between(212, 240), chance.between(0.14, 0.175), is_round=chance.pick((True, True, False)))
    x, y = polar(chance.between(176, 186), chance.pick((45, -45, 135, -135)) + chance.between(-8, 8))
    under = ground(squircle(chance.pick((2.6, 4, 5, 7)) + chance.between(0, 0.6)), [paper, paper], 0)
    return under + letter(sign, hand, ink) + element("circle", cx=x, cy=y, r=chance.between(24, 32), fill=point)
