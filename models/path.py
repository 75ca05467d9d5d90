"""What a path of an app's file is: a normalised POSIX path inside the app. No I/O."""

MAX_PATH_BYTES = 1024
MAX_NAME_BYTES = 255


def normalise(path: str) -> str:
    """`./src//App.tsx` becomes `src/App.tsx`. Raises ValueError, saying why, for a path that no app may have."""
    _refuse_characters(path)
    if path.startswith("/"):
        raise ValueError("must be relative to the app's root, without a leading /")
    if path.endswith("/"):
        raise ValueError("must name a file, not a folder")
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names:
        raise ValueError("must not contain ..")
    if not names:
        raise ValueError("must name a file")
    return _refuse_length("/".join(names), names)


def folders(path: str) -> list[str]:
    """The folders that a file lies in, outermost first: `a/b/c` gives `["a", "a/b"]`."""
    names = path.split("/")
    return ["/".join(names[:depth]) for depth in range(1, len(names))]


def overlap(one: str, other: str) -> bool:
    """Whether two paths are the same or one would lie inside the other."""
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _refuse_characters(path: str) -> None:
    if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in path):
        raise ValueError("must not contain control characters")
    if "\\" in path:
        raise ValueError("must use / between folders, not \\")
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must be valid Unicode") from error


def _refuse_length(path: str, names: list[str]) -> str:
    if len(path.encode()) > MAX_PATH_BYTES:
        raise ValueError(f"must not be longer than {MAX_PATH_BYTES} bytes")
    if any(len(name.encode()) > MAX_NAME_BYTES for name in names):
        raise ValueError(f"must not have a name longer than {MAX_NAME_BYTES} bytes")
    return path
