"""The lock files: complete, hashed, and free of addresses."""

import re
import tomllib

import pytest

from ops.bootstrap import ROOT
from ops.environment import RUN_LOCK, TEST_LOCK

PINNED = re.compile(
    r"^([a-z0-9-]+)==([^ ;]+)((?: ;[^\\\n]*)?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


def pins(name: str) -> dict[str, str]:
    return {found[1]: found[2] for found in PINNED.finditer((ROOT / name).read_text())}


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;! ]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("name", [RUN_LOCK, TEST_LOCK])
def test_a_lock_holds_nothing_but_pinned_and_hashed_requirements(name: str) -> None:
    text = (ROOT / name).read_text()
    assert PINNED.sub("", text).strip() == ""
    assert "://" not in text
    assert pins(name)


def test_the_locks_cover_what_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert named(project["project"]["dependencies"]) <= pins(RUN_LOCK).keys()
    assert named(project["dependency-groups"]["test"]) <= pins(TEST_LOCK).keys()


def test_the_tests_run_with_the_versions_that_are_shipped() -> None:
    assert pins(RUN_LOCK).items() <= pins(TEST_LOCK).items()
