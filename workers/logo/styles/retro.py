"""A sun that goes down in stripes, with a letter on it."""

from workers.logo.chance import Chance
from workers.logo.glyph import Hand, letter
from workers.logo.palette import Palette
from workers.logo.svg import SIZE, element, linear, show
from workers.logo.tile import squircle

_BOTTOM = 500


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    gaps = element("g", _gaps(chance), transform=f"rotate({show(chance.between(-14, 14))} 256 256)")
    seen = element("rect", width=SIZE, height=SIZE, fill="#fff") + gaps
    sky = linear("sky", [palette.end, palette.start], 90 + chance.between(-30, 30))
    defs = element(
        "defs", sky + element("mask", seen, id="stripes", maskUnits="userSpaceOnUse", x=0, y=0, width=SIZE, height=SIZE)
    )
    sun = element("path", d=squircle(chance.pick((2, 2, 3.4))), fill="url(#sky)", mask="url(#stripes)")
    hand = Hand(chance.between(192, 210), chance.between(0.21, 0.25), is_round=chance.pick((True, False)))
    return defs + sun + letter(sign, hand, palette.ink, y=chance.between(200, 208))


def _gaps(chance: Chance) -> str:
    """Dark in the mask: nothing of the sun is seen there. They grow downwards."""
    count = chance.pick((3, 4))
    step = (_BOTTOM - 340) / count
    heights = (step * (0.26 + 0.34 * index / count) for index in range(count))
    return "".join(
        element("rect", x=-SIZE, y=340 + step * index, width=3 * SIZE, height=height, fill="#000")
        for index, height in enumerate(heights)
    )
