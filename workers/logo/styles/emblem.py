"""A badge: a seal, shield or hexagon with a line inside its edge, and a letter between ornaments."""

from workers.logo.chance import Chance
from workers.logo.colour import contrast
from workers.logo.glyph import Hand, letter
from workers.logo.ground import ground
from workers.logo.palette import Palette
from workers.logo.svg import MIDDLE, element, points, polar
from workers.logo.tile import polygon, shield, squircle, wavy


def draw(chance: Chance, palette: Palette, sign: str) -> str:
    tile, line = _outlines(chance)
    metal = palette.accent if contrast(palette.accent, palette.start) > 2.2 else palette.ink
    under = ground(tile, [palette.start, palette.end], 90)
    inner = element("path", d=line, fill="none", stroke=metal, stroke_width=chance.between(9, 14))
    hand = Hand(chance.between(184, 204), chance.between(0.19, 0.23), is_round=chance.pick((True, False)))
    return under + inner + _ornaments(chance, metal.hex) + letter(sign, hand, palette.ink)


def _outlines(chance: Chance) -> tuple[str, str]:
    kind = chance.pick(("seal", "seal", "shield", "hexagon"))
    if kind == "shield":
        waist = chance.between(0, 1)
        return shield(waist), shield(waist)
    if kind == "hexagon":
        return polygon(6, 0.1, 0), polygon(6, 0.1, 0, 206)
    waves = chance.pick((12, 14, 16, 18, 20, 24))
    return wavy(waves, chance.between(0.025, 0.05), 250), squircle(2, 194)


def _ornaments(chance: Chance, colour: str) -> str:
    corners, size = chance.pick((4, 5, 8)), chance.between(17, 21)
    return "".join(element("path", d=_star(MIDDLE, y, size, corners), fill=colour) for y in (118, 394))


def _star(x: float, y: float, size: float, corners: int) -> str:
    half = 180 / corners
    return points(
        [polar(size if step % 2 == 0 else size * 0.45, -90 + half * step, x, y) for step in range(2 * corners)]
    )
