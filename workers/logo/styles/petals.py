"""Petals that overlap around a middle, without a letter."""

from workers.logo.chance import Chance
from workers.logo.colour import WHITE, Colour, contrast, shifted
from workers.logo.palette import Palette
from workers.logo.svg import MIDDLE, element, show

_LENGTH = 248
_SEEN_ON_WHITE = 1.3


def draw(chance: Chance, palette: Palette, _sign: str) -> str:
    count = chance.pick((5, 6, 7, 8))
    wide, belly = chance.between(84, 106) * 6 / count, chance.between(0.35, 0.95)
    turn, lean = chance.between(0, 360 / count), chance.between(-0.5, 0.5)
    start = palette.start if contrast(palette.start, WHITE) > _SEEN_ON_WHITE else palette.accent
    tips = [shifted(palette.end, lightness=0.06), shifted(palette.accent, lightness=-0.08) if count % 2 == 0 else start]
    defs = "".join(_flow(f"petal{index}", start, tip) for index, tip in enumerate(tips))
    shape = _petal(wide, belly, lean * wide)
    petals = "".join(_turned(shape, turn + 360 / count * index, index % 2) for index in range(count))
    heart = element("circle", cx=MIDDLE, cy=MIDDLE, r=chance.between(30, 46), fill=palette.spark)
    return element("defs", defs) + petals + heart


def _petal(wide: float, belly: float, lean: float) -> str:
    low, high = show(-_LENGTH * 0.3), show(-_LENGTH * belly)
    left, right = show(-wide + lean), show(wide + lean)
    return f"M0 0C{left} {low} {left} {high} 0 -{_LENGTH}C{right} {high} {right} {low} 0 0Z"


def _turned(shape: str, turn: float, flow: int) -> str:
    place = f"translate({show(MIDDLE)} {show(MIDDLE)}) rotate({show(turn)})"
    return element("path", d=shape, transform=place, fill=f"url(#petal{flow})", opacity=0.86)


def _flow(name: str, heart: Colour, tip: Colour) -> str:
    stops = element("stop", offset=0.15, stop_color=heart) + element("stop", offset=1, stop_color=tip)
    return element("linearGradient", stops, id=name, gradientUnits="userSpaceOnUse", x1=0, y1=0, x2=0, y2=-_LENGTH)
