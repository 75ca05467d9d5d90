"""Saves the files of an app to a folder."""

import io
import shutil
import tarfile
from pathlib import Path

from models.path import normalise
from ops.errors import OpsError


def refuse_filled(folder: Path) -> None:
    """Raises OpsError when there is something in the folder already: it would be lost among what is saved."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OpsError(f"{folder} is not an empty folder; choose another with --output")


def save(archive: bytes, folder: Path) -> None:
    """Write the files of a tar archive. Raises OpsError for a path that no app may have, or that cannot be written."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                if member.isfile() and (file := tar.extractfile(member)):
                    _write(folder / normalise(member.name), file.read())
    except (ValueError, OSError, tarfile.TarError) as error:
        raise OpsError(f"cannot save the app in {folder}: {error}") from error


def clear(folder: Path) -> None:
    """Remove what an earlier demo saved there."""
    if folder.exists():
        shutil.rmtree(folder)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
