"""What a model's free words mean: colours by code or name, and the style that fits best."""

import re
from collections.abc import Sequence

from workers.logo.colour import Colour, from_hex

MOST_COLOURS = 4
_HEX = r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b"
_RGB = r"rgba?\(\s*\d{1,3}[\s,]+\d{1,3}[\s,]+\d{1,3}[^)]{0,20}\)"
_TOKEN = re.compile(rf"{_HEX}|{_RGB}|[a-z]+", re.IGNORECASE)
# Names that models like and CSS does not have.
_MORE_NAMES = {
    "amber": "#f59e0b",
    "burgundy": "#800020",
    "cerulean": "#2a7fc1",
    "charcoal": "#36454f",
    "cream": "#fff4d6",
    "emerald": "#10a56f",
    "forest": "#228b22",
    "jade": "#00a86b",
    "lilac": "#b79ad6",
    "mint": "#7fdcb5",
    "mustard": "#d9a400",
    "ocean": "#0b6fa4",
    "peach": "#ffb38a",
    "rose": "#f43f6e",
    "ruby": "#b3123f",
    "sage": "#8fa98a",
    "sapphire": "#1750b8",
    "sky": "#38a9f0",
    "slate": "#546478",
    "sunset": "#ff7043",
    "terracotta": "#c8643c",
}
_STYLE_WORDS = {
    "monogram": "monogram letter initial initials typographic lettermark bold strong simple corporate business",
    "geometric": "geometric bauhaus abstract shapes blocks mosaic grid modular swiss modernist architectural",
    "gradient": "gradient modern vibrant colorful colourful fresh vivid glass glossy app sleek smooth aurora trendy",
    "minimal": "minimal minimalist minimalistic clean flat elegant thin line understated quiet luxury premium light",
    "playful": "playful fun cute friendly kids cartoon happy whimsical quirky bubbly casual joyful hand",
    "emblem": "emblem badge classic vintage shield crest seal traditional heritage craft coffee brewery sport academic",
    "orbit": "orbit tech techno technical futuristic space ai cyber neon dark network science data robotic digital",
    "petals": "petals organic natural nature floral flower wellness eco green yoga soft calm spa beauty leaf health",
    "retro": "retro sunset seventies eighties synthwave 70s 80s stripes groovy wave surf summer nostalgic music",
}
STYLES = tuple(_STYLE_WORDS)


def find_colours(said: str | Sequence[str] | None) -> list[Colour]:
    """The colours in a text or list, in their order, at most four: `["#0af", "dark blue"]`, `"navy and coral"`."""
    text = said if isinstance(said, str) else " , ".join(said or ())
    tokens = _TOKEN.findall(text)
    found: list[Colour] = []
    while tokens and len(found) < MOST_COLOURS:
        colour, taken = _first(tokens)
        del tokens[:taken]
        if colour and colour not in found:
            found.append(colour)
    return found


def find_style(said: str | None) -> str | None:
    """The style whose words are said most, the first said when equal; None when no word is known."""
    words = re.findall(r"[a-z0-9]+", (said or "").lower())
    votes = [style for word in words for style in STYLES if word in _STYLE_WORDS[style].split()]
    return max(votes, key=votes.count) if votes else None


def _first(tokens: list[str]) -> tuple[Colour | None, int]:
    """The colour with which the tokens start, and how many tokens name it: `dark`, `sea`, `green` are one."""
    for count in (4, 3, 2, 1):
        if colour := _colour("".join(tokens[:count]).lower()):
            return colour, min(count, len(tokens))
    return None, 1


def _colour(word: str) -> Colour | None:
    from PIL import ImageColor

    if word.startswith("#"):
        return from_hex(word) if re.fullmatch(_HEX, word) else None
    if re.fullmatch(_RGB, word):
        red, green, blue = (min(int(part), 255) / 255 for part in re.findall(r"\d+", word)[:3])
        return Colour(red, green, blue)
    if word in _MORE_NAMES:
        return from_hex(_MORE_NAMES[word])
    if word not in ImageColor.colormap:
        return None
    red, green, blue = (part / 255 for part in ImageColor.getrgb(word)[:3])
    return Colour(red, green, blue)
