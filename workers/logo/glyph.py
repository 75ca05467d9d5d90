"""Letters and digits as centre lines on a grid 100 high, to be stroked: a geometric sans that needs no font."""

from dataclasses import dataclass

from workers.logo.colour import Colour
from workers.logo.svg import MIDDLE, element, show

_BOWL = "M0 100V0H38A28 28 0 0 1 38 56H0"
_GLYPHS = {
    "A": (84, "M0 100L42 0L84 100M21 67H63"),
    "B": (68, "M0 49H38A24.5 24.5 0 0 0 38 0H0V100H42A25.5 25.5 0 0 0 42 49H38"),
    "C": (86, "M86 15A50 50 0 1 0 86 85"),
    "D": (80, "M0 0H30A50 50 0 0 1 30 100H0Z"),
    "E": (60, "M60 0H0V100H60M0 50H52"),
    "F": (60, "M60 0H0V100M0 51H52"),
    "G": (98, "M86 15A50 50 0 1 0 98 52H58"),
    "H": (72, "M0 0V100M72 0V100M0 50H72"),
    "I": (44, "M0 0H44M22 0V100M0 100H44"),
    "J": (58, "M20 0H58V71A29 29 0 0 1 0 71"),
    "K": (70, "M0 0V100M66 0L7 54M31 46L70 100"),
    "L": (56, "M0 0V100H56"),
    "M": (92, "M0 100V0L46 64L92 0V100"),
    "N": (74, "M0 100V0L74 100V0"),
    "O": (100, "M50 0A50 50 0 0 1 50 100A50 50 0 0 1 50 0Z"),
    "P": (66, _BOWL),
    "Q": (100, "M50 0A50 50 0 0 1 50 100A50 50 0 0 1 50 0ZM62 62L98 100"),
    "R": (68, _BOWL + "M36 56L68 100"),
    "S": (68, "M62 13A32 25 0 1 0 34 50A32 25 0 1 1 6 87"),
    "T": (76, "M0 0H76M38 0V100"),
    "U": (72, "M0 0V64A36 36 0 0 0 72 64V0"),
    "V": (82, "M0 0L41 100L82 0"),
    "W": (120, "M0 0L30 100L60 18L90 100L120 0"),
    "X": (76, "M0 0L76 100M76 0L0 100"),
    "Y": (80, "M0 0L40 52L80 0M40 52V100"),
    "Z": (72, "M0 0H72L0 100H72"),
    "0": (70, "M35 0A35 50 0 0 1 35 100A35 50 0 0 1 35 0Z"),
    "1": (36, "M0 24L36 0V100"),
    "2": (66, "M2 28A31 28 0 1 1 56 47L0 100H66"),
    "3": (64, "M5 13A30 25 0 1 1 32 49A32 25.5 0 1 1 3 87"),
    "4": (74, "M54 100V0L0 70H74"),
    "5": (64, "M58 0H10L6 46A31 29 0 1 1 2 84"),
    "6": (64, "M52 0L8 50A32 32 0 1 0 56 50A32 32 0 0 0 8 50"),
    "7": (68, "M0 0H68L26 100"),
    "8": (68, "M34 0A26 24 0 0 1 34 48A26 24 0 0 1 34 0ZM34 48A34 26 0 0 1 34 100A34 26 0 0 1 34 48Z"),
    "9": (64, "M12 100L56 50A32 32 0 1 0 8 50A32 32 0 0 0 56 50"),
}


@dataclass(frozen=True)
class Hand:
    """How a letter is drawn: height in canvas units, stroke as a part of the height, round or square ends, lean."""

    height: float
    weight: float
    is_round: bool = True
    tilt: float = 0


def letter(sign: str, hand: Hand, colour: Colour, x: float = MIDDLE, y: float = MIDDLE, *, opacity: float = 1) -> str:
    """A letter whose outline is `hand.height` high, centred at a point."""
    width, lines = _GLYPHS[sign]
    scale = hand.height * (1 - hand.weight) / 100
    turn = f"rotate({show(hand.tilt)}) " if hand.tilt else ""
    return element(
        "path",
        d=lines,
        transform=f"translate({show(x)} {show(y)}) {turn}scale({show(scale)}) translate({show(-width / 2)} -50)",
        fill="none",
        stroke=colour,
        stroke_width=hand.height * hand.weight / scale,
        stroke_linecap="round" if hand.is_round else "square",
        stroke_linejoin="round" if hand.is_round else "miter",
        stroke_miterlimit=3,
        opacity=opacity,
    )
