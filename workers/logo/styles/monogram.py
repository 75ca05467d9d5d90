"""A strong letter on a tile with a quiet pattern."""

from workers.logo.chance import Chance
from workers.logo.glyph import Hand, letter
from workers.logo.ground import decor, ground
from workers.logo.palette import Palette
from workers.logo.tile import any_tile


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    tile = any_tile(chance)
    hand = Hand(chance.between(248, 276), chance.between(0.185, 0.235), is_round=chance.pick((True, False)))
    pattern = decor(chance, palette)
    shadow = letter(sign, hand, palette.shade, 256 + 9, 256 + 11, opacity=0.16)
    under = ground(tile, [palette.start, palette.end], chance.between(20, 160), pattern + shadow)
    return under + letter(sign, hand, palette.ink)
