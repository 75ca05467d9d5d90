"""A logo that is a picture: what an image model is asked for, and the picture in other sizes and as SVG."""

import base64
import io

from workers.logo.design import Design, palette_of
from workers.logo.svg import document, element


def prompt_of(design: Design, said: str | None) -> str:
    """The words for an image model. `said` is the style as the caller put it."""
    palette = palette_of(design)
    colours = design.colours or [palette.start.hex, palette.accent.hex]
    return (
        f"The logo of a web app called “{design.name}”: one simple, memorable mark, centred, "
        f"filling most of a square, with clean edges, so that it can be recognised at 16 pixels. "
        f"Style: {said or design.style}. Main colours: {', '.join(colours)}. "
        "Flat vector look on a plain background; no text but at most the first letter of the name, "
        "no mockup, no frame, no watermark."
    )


def resized(picture: bytes, size: int) -> bytes:
    """A PNG as a square one of this size; what is not square gets transparent margins."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        square = ImageOps.pad(image.convert("RGBA"), (size, size), Image.Resampling.LANCZOS, (0, 0, 0, 0))
    file = io.BytesIO()
    square.save(file, "PNG", optimize=True)
    return file.getvalue()


def as_svg(picture: bytes, title: str) -> str:
    """A PNG inside an SVG, for those who ask for one; `title` must be free of markup."""
    address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    return document(title, element("image", href=address, width="100%", height="100%"))
