"""Files and folders that only their owner may read."""

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, replacing it as a whole."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def private_folder(path: Path) -> Path:
    """Make a folder of mode 0700; one that is there keeps its mode."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.resolve()
