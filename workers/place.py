"""What stands at a path: reads a file or says what is there instead; refuses a path that is taken."""

import difflib

from models.errors import Conflict, FileMissing, TooLarge
from models.path import folders
from workers.run import Run
from workers.size import shown

_COMPARED_PATHS = 2000
_SUGGESTED_PATHS = 3
_LISTED_PATHS = 10


def read_file(run: Run, path: str) -> bytes:
    """The file's bytes. Raises FileMissing, with the nearest paths that exist."""
    content = run.files.read(path)
    if content is None:
        raise FileMissing(_missing(path, run.files.paths()))
    return content


def refuse_too_large(run: Run, path: str, size: int) -> None:
    """Raises TooLarge when a file of `size` bytes is over the limit of the app."""
    if size > run.max_file_bytes:
        raise TooLarge(f"{path} would have {shown(size)}; a file may have at most {shown(run.max_file_bytes)}.")


def refuse_blocked(path: str, others: list[str]) -> None:
    """Raises Conflict when one of the other files is a folder of this path, or lies in it."""
    parents = set(folders(path))
    for other in others:
        if other in parents:
            raise Conflict(f"{other} is a file, so {path} cannot be created inside it.")
        if other.startswith(path + "/"):
            raise Conflict(f"{path} is a folder (it holds {other}), so no file can have that path.")


def _missing(path: str, paths: list[str]) -> str:
    if inside := [other for other in paths if other.startswith(path + "/")]:
        return f"{path} is a folder, not a file. It holds {_listed(inside)}."
    if not paths:
        return f"There is no file {path}: the app has no files yet."
    near = nearest(path, paths)
    return f"There is no file {path}." + (f" Did you mean {' or '.join(near)}?" if near else "")


def nearest(path: str, paths: list[str]) -> list[str]:
    """Up to three paths that may have been meant: the same name elsewhere first, then a similar path."""
    name = _name(path)
    same = [other for other in paths if _name(other) == name]
    similar = difflib.get_close_matches(path, paths[:_COMPARED_PATHS], _SUGGESTED_PATHS)
    return list(dict.fromkeys([*same, *similar]))[:_SUGGESTED_PATHS]


def _name(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _listed(paths: list[str]) -> str:
    more = len(paths) - _LISTED_PATHS
    return ", ".join(paths[:_LISTED_PATHS]) + (f" and {more} more" if more > 0 else "")
