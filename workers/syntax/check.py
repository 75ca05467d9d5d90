"""Picks the parser by a file's name. Bounded in size; parsers bound their time, so that no file can hang a worker."""

from pathlib import PurePosixPath

from workers.syntax.fault import MOST_FAULTS, Fault, fault_at

MAX_PARSED_BYTES = 256 * 1024

_JSON = {".json", ".webmanifest", ".geojson", ".map"}
_PYTHON = {".py", ".pyi"}
_SCRIPTS = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
}
_COMMENTED_JSON = ("tsconfig", "jsconfig", "devcontainer", ".eslintrc", "turbo", "api-extractor")


def find_faults(path: str, content: bytes) -> list[Fault]:
    """At most five faults; none for a language that is not known here, or a file too large or too odd to be parsed."""
    suffix = PurePosixPath(path).suffix.lower()
    if len(content) > MAX_PARSED_BYTES or not _is_parsed(path, suffix):
        return []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [fault_at(content[: error.start].decode(errors="replace"), error.start, "this is not UTF-8")]
    return _parse(suffix, text)[:MOST_FAULTS]


def _is_parsed(path: str, suffix: str) -> bool:
    if suffix in _JSON:
        return not (PurePosixPath(path).name.startswith(_COMMENTED_JSON) or ".vscode/" in path)
    return suffix in _PYTHON or suffix in _SCRIPTS or suffix in {".css", ".html", ".htm"}


def _parse(suffix: str, text: str) -> list[Fault]:
    if suffix in _JSON:
        from workers.syntax.json import parse_json

        return parse_json(text)
    if suffix in _PYTHON:
        from workers.syntax.python import parse_python

        return parse_python(text)
    if suffix == ".css":
        from workers.syntax.css import parse_css

        return parse_css(text)
    if suffix in _SCRIPTS:
        from workers.syntax.script import parse_script

        return parse_script(text, _SCRIPTS[suffix])
    from workers.syntax.html import parse_html

    return parse_html(text)
