"""The files of the pages, read once: each with its media type, its tag, and gzip where that is smaller. Touches no request."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from gateway.etag import tag

WEB = Path(__file__).parent / "web"
CLIENT = "toolreel.js"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ts": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    "": "text/plain; charset=utf-8",
}
# A folder of `vendor` has its version in its name, so what is in it never changes.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
IMPORT = re.compile(r'^import .*? from "\./(\w[\w-]*\.js)";\n', re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)


@dataclass(frozen=True)
class Form:
    """The bytes of an asset as they are sent, and their tag."""

    content: bytes
    headers: dict[str, str]

    @property
    def sha256(self) -> str:
        return self.headers["ETag"].strip('"')


@dataclass(frozen=True)
class Asset:
    """A file as it is, and packed where that helps."""

    plain: Form
    packed: Form | None

    def form(self, accepts: str) -> Form:
        """What to send to a client whose header Accept-Encoding says this."""
        return self.packed if self.packed and "gzip" in accepts else self.plain


@cache
def assets() -> dict[str, Asset]:
    """Every asset by its path below `/static/`."""
    found = {str(path.relative_to(WEB)): path.read_bytes() for path in sorted(WEB.rglob("*")) if path.is_file()}
    found[CLIENT] = joined(WEB / "js" / "client", "toolreel.js").encode()
    found["demo/turn.jsonl"] = (files("ops.demo") / "turn.jsonl").read_bytes()
    return {path: _asset(path, _sent(path, content)) for path, content in found.items()}


def page(name: str) -> Asset:
    """A page by its name."""
    return assets()[f"pages/{name}.html"]


def joined(folder: Path, last: str) -> str:
    """A module and all that it imports from its folder as one module: every file once, after those that it needs.

    The files share one scope then, so their top-level names must differ, and imports may rename nothing. Only what `last`
    exports is exported.
    """
    *others, whole = [IMPORT.sub("", (folder / name).read_text()) for name in _in_order(folder, last, set())]
    return "".join((*(EXPORT.sub("", text) for text in others), whole))


def slim(text: str) -> str:
    """A script or style of ours without what is for who reads the source: comments on lines of their own, and indentation."""
    return INDENT.sub("", COMMENT.sub("", text))


def _in_order(folder: Path, name: str, seen: set[str]) -> Iterator[str]:
    if name in seen:
        return
    seen.add(name)
    for needed in IMPORT.findall((folder / name).read_text()):
        yield from _in_order(folder, needed, seen)
    yield name


def _sent(path: str, content: bytes) -> bytes:
    ours = path.endswith((".js", ".css")) and not path.startswith("vendor/")
    return slim(content.decode()).encode() if ours else content


def _asset(path: str, content: bytes) -> Asset:
    headers = {
        "Content-Type": KINDS[Path(path).suffix],
        "Cache-Control": FOR_EVER if path.startswith("vendor/") and path.count("/") > 1 else ASK_AGAIN,
        "Vary": "Accept-Encoding",
    }
    packed = gzip.compress(content, mtime=0)
    helps = len(packed) < 0.9 * len(content)
    return Asset(_form(content, headers), _form(packed, {**headers, "Content-Encoding": "gzip"}) if helps else None)


def _form(content: bytes, headers: dict[str, str]) -> Form:
    return Form(content, {**headers, "ETag": tag(hashlib.sha256(content).hexdigest())})
