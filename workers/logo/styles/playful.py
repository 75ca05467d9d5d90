"""A fat, leaning letter on a blob, with confetti."""

from workers.logo.chance import Chance
from workers.logo.glyph import Hand, letter
from workers.logo.ground import ground
from workers.logo.palette import Palette
from workers.logo.svg import element, polar, show
from workers.logo.tile import wavy


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    waves = chance.pick((3, 4, 5, 6))
    tile = wavy(waves, chance.between(0.1, 0.3) / waves, 250, chance.between(0, 360))
    lean = chance.between(6, 14) * chance.pick((1, -1))
    hand = Hand(chance.between(232, 256), chance.between(0.23, 0.27), tilt=lean)
    under = ground(tile, [palette.start, palette.end], chance.between(0, 360), _confetti(chance, palette))
    shadow = letter(sign, hand, palette.shade, 256 + 8, 256 + 12, opacity=0.2)
    return under + shadow + letter(sign, hand, palette.ink)


def _confetti(chance: Chance, palette: Palette) -> str:
    around, count = chance.between(0, 360), chance.pick((5, 6, 7))
    pieces = ""
    for index in range(count):
        x, y = polar(chance.between(178, 204), around + 360 / count * index + chance.between(-12, 12))
        pieces += _piece(chance, x, y, chance.pick((palette.accent.hex, palette.spark.hex, palette.ink.hex)))
    return pieces


def _piece(chance: Chance, x: float, y: float, colour: str) -> str:
    if chance.pick((True, False)):
        return element("circle", cx=x, cy=y, r=chance.between(11, 18), fill=colour)
    turn = f"rotate({show(chance.between(0, 180))} {show(x)} {show(y)})"
    return element("rect", x=x - 22, y=y - 8, width=44, height=16, rx=8, fill=colour, transform=turn)
