"""What a logo is to be, decided from the app's name, a style and colours; and its drawing."""

import hashlib
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from workers.logo.chance import Chance
from workers.logo.colour import from_hex
from workers.logo.palette import Palette, make_palette
from workers.logo.styles import emblem, geometric, gradient, minimal, monogram, orbit, petals, playful, retro
from workers.logo.svg import document
from workers.logo.wording import find_colours, find_style

_DRAWINGS: dict[str, Callable[[Chance, Palette, str], str]] = {
    "monogram": monogram.draw,
    "geometric": geometric.draw,
    "gradient": gradient.draw,
    "minimal": minimal.draw,
    "playful": playful.draw,
    "emblem": emblem.draw,
    "orbit": orbit.draw,
    "petals": petals.draw,
    "retro": retro.draw,
}


class Design(BaseModel):
    """Everything the drawing needs; colours are hex codes, as wanted, perhaps none."""

    name: str
    letter: str
    style: str
    colours: list[str]
    seed: str


def make_design(app_id: str, style: str | None, colours: str | Sequence[str] | None) -> Design:
    """The same words give the same design. Without a known style the app's name decides."""
    wanted = [colour.hex for colour in find_colours(colours)]
    seed = hashlib.sha256("\n".join([app_id, (style or "").strip().lower(), *wanted]).encode()).hexdigest()
    chosen = find_style(style) or Chance(seed + "style").pick(tuple(_DRAWINGS))
    return Design(name=shown_name(app_id), letter=app_id[0].upper(), style=chosen, colours=wanted, seed=seed)


def draw(design: Design) -> str:
    """The logo as SVG."""
    palette = palette_of(design)
    body = _DRAWINGS[design.style](Chance(design.seed + "shape"), palette, design.letter)
    return document(design.name, body)


def palette_of(design: Design) -> Palette:
    return make_palette(Chance(design.seed + "colour"), [from_hex(code) for code in design.colours])


def shown_name(app_id: str) -> str:
    """`my-shop` is shown as `My Shop`."""
    return " ".join(word.capitalize() for word in app_id.split("-") if word)
