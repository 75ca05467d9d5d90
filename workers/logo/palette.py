"""The colours of one logo, made to fit together, with a letter that can be read on its ground."""

from collections.abc import Sequence
from dataclasses import dataclass

from workers.logo.chance import Chance
from workers.logo.colour import WHITE, Colour, contrast, oklch, shifted, to_oklch

READABLE = 3.6
_STEP = 0.02
_ENOUGH_FOR_WHITE = 2.9
_GREY = 0.02
_BLUE = 265.0
# Between these hues (orange to lime) a colour dark enough for white letters is mud.
_MUDDY = (42, 140)
_DEEP_HUES = (6, 20, 155, 178, 205, 232, 252, 266, 280, 296, 314, 334, 352)
_BRIGHT_HUES = (82, 90, 98, 116, 132, 152, 195)


@dataclass(frozen=True)
class Palette:
    """`start` and `end` are the ground's gradient, `ink` is what is drawn on it; `accent` and `spark` go beside."""

    start: Colour
    end: Colour
    ink: Colour
    accent: Colour
    spark: Colour

    @property
    def shade(self) -> Colour:
        """What may lie on the ground under the ink: it only takes the ground further away from the ink."""
        return oklch(0.12, 0.05, hue_of(self.start)) if self.ink.luminance > self.start.luminance else WHITE

    @property
    def all(self) -> tuple[Colour, ...]:
        return (self.start, self.end, self.accent, self.spark)


def make_palette(chance: Chance, wanted: Sequence[Colour]) -> Palette:
    """Colours out of those wanted, the first being the ground's; what is not given follows from it by harmony.

    A second colour near the first is the other end of the ground; one far from it is drawn on it.
    """
    start, *others = wanted or [_fresh(chance)]
    near = [colour for colour in others if _share_ground(start, colour)]
    end = near[0] if near else _neighbour(chance, start)
    beside = [colour for colour in others if colour != end]
    accent = beside[0] if beside else _companion(chance, start, chance.pick((180, 150, 120, -120)))
    spark = beside[1] if len(beside) > 1 else _companion(chance, start, chance.pick((60, -60, 90)))
    ink = _ink(start, end, beside)
    return Palette(readable_on(start, ink), readable_on(end, ink), ink, accent, spark)


def hue_of(colour: Colour) -> float:
    """The hue; grey has none and counts as blue, which shades well."""
    _, chroma, hue = to_oklch(colour)
    return hue if chroma > _GREY else _BLUE


def readable_on(colour: Colour, ground: Colour, ratio: float = READABLE) -> Colour:
    """The colour, darker or lighter until one can be read on the other."""
    step = -_STEP if ground.luminance > 0.18 else _STEP
    for count in range(50):
        moved = shifted(colour, lightness=step * count)
        if contrast(moved, ground) >= ratio:
            return moved
    return colour


def unmuddied(colour: Colour) -> Colour:
    """The colour, or the nearest hue that can be dark and clear."""
    lightness, _, hue = to_oklch(colour)
    if lightness > 0.75 or not _MUDDY[0] < hue < _MUDDY[1]:
        return colour
    return shifted(colour, hue=min((edge - hue for edge in _MUDDY), key=abs))


def _fresh(chance: Chance) -> Colour:
    if chance.between(0, 1) < 0.25:
        hue = chance.pick(_BRIGHT_HUES) + chance.between(-6, 6)
        return oklch(chance.between(0.8, 0.87), chance.between(0.14, 0.2), hue)
    return oklch(
        chance.between(0.52, 0.62), chance.between(0.18, 0.26), chance.pick(_DEEP_HUES) + chance.between(-7, 7)
    )


def _neighbour(chance: Chance, colour: Colour) -> Colour:
    """A colour for the gradient's other end: some way round the circle, but not into the mud."""
    lightness, _, hue = to_oklch(colour)
    if lightness < 0.3:
        return shifted(colour, lightness=0.1, hue=chance.between(-20, 20))
    turn = chance.pick((28, 40, 55)) + chance.between(-6, 6)
    first = chance.pick((1, -1))
    if lightness > 0.75 or _MUDDY[0] < hue < _MUDDY[1]:
        return shifted(colour, lightness=-0.05, hue=turn * 0.6 * first)
    ways = [way for way in (first, -first) if not _MUDDY[0] < (hue + turn * way) % 360 < _MUDDY[1]]
    return shifted(colour, lightness=chance.between(-0.1, -0.02), hue=turn * (ways or [0])[0])


def _companion(chance: Chance, colour: Colour, turn: float) -> Colour:
    _, chroma, _ = to_oklch(colour)
    hue = hue_of(colour)
    return oklch(chance.between(0.74, 0.84), max(chroma, 0.11), hue + turn + chance.between(-10, 10))


def _share_ground(one: Colour, other: Colour) -> bool:
    """Whether a gradient between them stays clear, and one ink can be read on both."""
    turn = abs(hue_of(one) - hue_of(other)) % 360
    return abs(to_oklch(one)[0] - to_oklch(other)[0]) < 0.2 and min(turn, 360 - turn) < 80


def _ink(start: Colour, end: Colour, wanted: Sequence[Colour]) -> Colour:
    """A wanted colour if it can be read, else white where white can be read, else nearly black."""
    dark = oklch(0.2, 0.04, hue_of(start))
    read = {ink: min(contrast(ink, start), contrast(ink, end)) for ink in (*wanted, WHITE, dark)}
    fitting = next((ink for ink in wanted if read[ink] >= READABLE), None)
    return fitting or (WHITE if read[WHITE] >= max(_ENOUGH_FOR_WHITE, read[dark] / 4) else dark)
