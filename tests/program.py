"""Programs that some tests need beside Python: one that is missing skips on a laptop, and fails in CI."""

import os
import shutil

import pytest


def needs(name: str) -> str:
    """Where the program is."""
    if found := shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"):
        return found
    lacking(f"{name} is not installed here")
    raise AssertionError


def lacking(words: str) -> None:
    """Skip the test, saying what it lacks; fail it where this is CI."""
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
