"""Four cells of simple shapes, as the Bauhaus laid them."""

from collections.abc import Callable

from workers.logo.chance import Chance
from workers.logo.colour import Colour, contrast, oklch
from workers.logo.ground import ground
from workers.logo.palette import Palette, hue_of
from workers.logo.svg import MIDDLE, element, show
from workers.logo.tile import squircle

_CELL = MIDDLE - 8


def draw(chance: Chance, palette: Palette, _sign: str) -> str:
    hue = hue_of(palette.start)
    fronts = [*palette.all, oklch(0.24, 0.03, 275), oklch(0.96, 0.02, hue)]
    backs, shapes = chance.shuffled(palette.all), chance.shuffled(_SHAPES)
    cells = "".join(_cell(chance, backs[index], fronts, shapes[index], index) for index in range(4))
    return ground(squircle(chance.between(5, 9)), [palette.start, palette.start], 0, cells)


def _cell(chance: Chance, back: Colour, fronts: list[Colour], shape: Callable[[], str], index: int) -> str:
    front = chance.pick([colour for colour in fronts if contrast(colour, back) > 1.9])
    x, y = 8 + _CELL * (index % 2), 8 + _CELL * (index // 2)
    turn = chance.pick((0, 90, 180, 270))
    place = f"translate({show(x + _CELL / 2)} {show(y + _CELL / 2)}) rotate({turn}) scale({show(_CELL / 2)})"
    square = element("rect", x=-1, y=-1, width=2, height=2, fill=back)
    return element("g", square + element("g", shape(), fill=front), transform=place)


def _quarter() -> str:
    return element("path", d="M-1 -1H1A2 2 0 0 1 -1 1Z")


def _half() -> str:
    return element("path", d="M-1 -1A1 1 0 0 1 -1 1Z") + element("path", d="M0 -1A1 1 0 0 1 0 1Z")


def _disc() -> str:
    return element("circle", r=0.68)


def _leaf() -> str:
    return element("path", d="M-1 -1H0A1 1 0 0 1 1 0V1H0A1 1 0 0 1 -1 0Z")


def _corner() -> str:
    return element("path", d="M-1 -1H1L-1 1Z")


def _arch() -> str:
    ring = "M-1 1V0A1 1 0 0 1 1 0V1H0.4V0A0.4 0.4 0 0 0 -0.4 0V1Z"
    return element("path", d=ring)


_SHAPES: tuple[Callable[[], str], ...] = (_quarter, _half, _disc, _leaf, _corner, _arch)
