"""What an app's content says it is when it is sent out. It is not to be trusted: never a page of the gateway's own."""

import mimetypes
from urllib.parse import quote

TYPES = mimetypes.MimeTypes()
PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
TEXT = "text/plain"
# By name, for which the standard table has nothing, something else (.ts: a video), or something only in some versions.
KINDS = {
    **dict.fromkeys((".ts", ".tsx", ".jsx", ".vue", ".scss", ".md", ".yml", ".yaml", ".toml", ".lock", ".env"), TEXT),
    **dict.fromkeys((".sh", ".ini", ".log"), TEXT),
    **dict.fromkeys((".js", ".mjs", ".cjs"), "text/javascript"),
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
}
UNTRUSTED = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "none",
}


def untrusted(name: str) -> dict[str, str]:
    """The headers with which an app's content of this name is sent: to be kept, not shown."""
    return UNTRUSTED | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def content_type(path: str) -> str:
    """What a file's name says of its content. Text counts as UTF-8."""
    kind = _kind(path)
    is_text = kind.startswith("text/") or kind.endswith(("json", "+xml"))
    return f"{kind}; charset=utf-8" if is_text else kind


def _kind(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    known = next((kind for end, kind in KINDS.items() if name.endswith(end)), None)
    if known:
        return known
    # A name like "data:,x" would be read as a URL; a path never is.
    kind, packed = TYPES.guess_type(f"./{name}")
    return PACKED.get(packed, "application/octet-stream") if packed else kind or "application/octet-stream"
