"""A round letter on a tile whose colours flow into each other."""

from workers.logo.chance import Chance
from workers.logo.colour import Colour, oklch, to_oklch
from workers.logo.glyph import Hand, letter
from workers.logo.ground import ground
from workers.logo.palette import Palette, hue_of, readable_on, unmuddied
from workers.logo.svg import SIZE, element, glow, polar
from workers.logo.tile import squircle


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    tints = [_tint(palette.start, 55), _tint(palette.end, -70), _tint(palette.start, -35)]
    flowing = _glows(chance, [readable_on(unmuddied(tint), palette.ink, 3.1) for tint in tints])
    under = ground(
        squircle(chance.pick((2, chance.between(3.6, 5.2)))),
        [palette.start, palette.end],
        chance.between(0, 360),
        flowing,
    )
    hand = Hand(chance.between(236, 262), chance.between(0.15, 0.19))
    return under + letter(sign, hand, palette.ink)


def _tint(colour: Colour, turn: float) -> Colour:
    lightness, chroma, _ = to_oklch(colour)
    return oklch(min(max(lightness, 0.35), 0.88), max(chroma, 0.1), hue_of(colour) + turn)


def _glows(chance: Chance, tints: list[Colour]) -> str:
    around = chance.between(0, 360)
    defs, seen = "", ""
    for index, tint in enumerate(tints):
        x, y = polar(chance.between(150, 230), around + 120 * index + chance.between(-25, 25))
        defs += glow(f"glow{index}", tint, x, y, chance.between(230, 320))
        seen += element("rect", width=SIZE, height=SIZE, fill=f"url(#glow{index})")
    return element("defs", defs) + seen
