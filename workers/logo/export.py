"""The files that browsers and phones want of a logo: PNG, ICO, web manifest, and the tags that name them."""

import io
import json
from collections.abc import Callable

from workers.logo.design import Design, palette_of

SIZES = (16, 32, 48, 64, 128, 192, 256, 512)
_ICO_SIZES = (16, 32, 48)
_MANIFEST_SIZES = (192, 512)


def render(svg: str, size: int) -> bytes:
    """The SVG as a PNG, drawn for this size."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True))


def icon(at: Callable[[int], bytes]) -> bytes:
    """A favicon.ico of 16, 32 and 48 pixels, each made for its size by `at`."""
    from PIL import Image

    drawn = [Image.open(io.BytesIO(at(size))) for size in _ICO_SIZES]
    file = io.BytesIO()
    drawn[-1].save(file, "ICO", sizes=[(size, size) for size in _ICO_SIZES], append_images=drawn[:-1])
    return file.getvalue()


def manifest(design: Design, before: bytes | None) -> bytes:
    """A web manifest; what one that was there says of other things is kept."""
    icons = [{"src": f"logo-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in _MANIFEST_SIZES]
    icons.append({"src": "logo.svg", "sizes": "any", "type": "image/svg+xml"})
    usual = {
        "name": design.name,
        "short_name": design.name[:12].strip(),
        "start_url": ".",
        "display": "standalone",
        "background_color": "#ffffff",
    }
    content = {**usual, **_members(before), "icons": icons, "theme_color": theme_colour(design)}
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def theme_colour(design: Design) -> str:
    return palette_of(design).start.hex


def link_tags(design: Design) -> str:
    """What goes into the page's `<head>`."""
    return "\n".join(
        [
            '<link rel="icon" href="/favicon.ico" sizes="48x48">',
            '<link rel="icon" href="/logo.svg" type="image/svg+xml">',
            '<link rel="apple-touch-icon" href="/logo-192.png">',
            '<link rel="manifest" href="/site.webmanifest">',
            f'<meta name="theme-color" content="{theme_colour(design)}">',
        ]
    )


def _members(manifest_before: bytes | None) -> dict[str, object]:
    try:
        members = json.loads(manifest_before or b"{}")
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}
