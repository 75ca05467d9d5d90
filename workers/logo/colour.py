"""Colours in sRGB and OKLCH (Björn Ottosson, "A perceptual color space for image processing"), and WCAG contrast."""

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin


@dataclass(frozen=True)
class Colour:
    """An sRGB colour, each part 0-1."""

    red: float
    green: float
    blue: float

    @property
    def hex(self) -> str:
        return "#" + "".join(f"{round(part * 255):02x}" for part in (self.red, self.green, self.blue))

    @property
    def luminance(self) -> float:
        """Relative luminance (WCAG 2.2)."""
        red, green, blue = (_linear(part) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


WHITE = Colour(1, 1, 1)


def from_hex(text: str) -> Colour:
    """`#1a2b3c` or `#abc`; further digits (alpha) are ignored."""
    digits = text.lstrip("#")
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return Colour(red, green, blue)


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio, 1-21 (WCAG 2.2)."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """The colour, with as much of the chroma as sRGB can show. Lightness 0-1, chroma 0-0.37, hue in degrees."""
    while chroma > 0.002:
        parts = _from_oklch(lightness, chroma, hue)
        if all(-0.001 <= part <= 1.001 for part in parts):
            return _clipped(parts)
        chroma *= 0.96
    return _clipped(_from_oklch(lightness, 0, hue))


def to_oklch(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (_linear(part) for part in (colour.red, colour.green, colour.blue))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, hypot(a, b), degrees(atan2(b, a)) % 360


def shifted(colour: Colour, *, lightness: float = 0, chroma: float = 1, hue: float = 0) -> Colour:
    """The colour with lightness and hue added, and chroma multiplied."""
    own_lightness, own_chroma, own_hue = to_oklch(colour)
    return oklch(min(max(own_lightness + lightness, 0), 1), own_chroma * chroma, own_hue + hue)


def _from_oklch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _gamma(red), _gamma(green), _gamma(blue)


def _clipped(parts: tuple[float, float, float]) -> Colour:
    return Colour(*(min(max(part, 0.0), 1.0) for part in parts))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
