"""Setting up the environment: with the real venv and pip, but nothing to download."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ops import bootstrap, installer
from ops.bootstrap import ROOT, exclusive, prepare
from ops.environment import RUN_LOCK, TEST_LOCK, Environment
from ops.errors import OpsError
from tests.wait import wait_until


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / RUN_LOCK).write_text("")
    (tmp_path / TEST_LOCK).write_text("")
    return Environment(tmp_path)


def ops(*arguments: str, folder: Path = ROOT, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-S", "-m", "ops", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_an_environment_is_made_once(environment: Environment) -> None:
    assert prepare(environment, RUN_LOCK)
    assert environment.python.exists()
    assert not prepare(environment, RUN_LOCK)


def test_a_changed_lock_is_installed_again(environment: Environment) -> None:
    prepare(environment, RUN_LOCK)
    (environment.root / RUN_LOCK).write_text("# changed\n")
    assert not environment.holds(RUN_LOCK)
    assert prepare(environment, RUN_LOCK)


def test_the_lock_of_the_tests_includes_the_one_to_run(environment: Environment) -> None:
    prepare(environment, TEST_LOCK)
    assert environment.holds(RUN_LOCK)


def test_an_interrupted_install_is_started_over(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(installer, "_fill", interrupt)
        with pytest.raises(KeyboardInterrupt):
            prepare(environment, RUN_LOCK)
    leftover = environment.venv / "leftover"
    leftover.touch()
    assert environment.is_broken()
    assert prepare(environment, RUN_LOCK)
    assert not leftover.exists()


def test_an_environment_that_was_moved_is_made_anew(environment: Environment, tmp_path: Path) -> None:
    prepare(environment, RUN_LOCK)
    moved = Environment(tmp_path / "elsewhere")
    shutil.copytree(environment.root, moved.root, symlinks=True, ignore=shutil.ignore_patterns("elsewhere"))
    assert moved.is_broken()
    prepare(moved, RUN_LOCK)
    assert not moved.is_broken()


def test_an_environment_of_somebody_else_is_kept_and_filled(environment: Environment) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment.venv)], check=True)
    (environment.venv / "theirs").touch()
    prepare(environment, RUN_LOCK)
    assert (environment.venv / "theirs").exists()


def test_of_two_starts_at_once_one_installs_and_the_other_waits(environment: Environment) -> None:
    did: list[bool] = []
    with exclusive(environment.root):
        starts = [threading.Thread(target=lambda: did.append(prepare(environment, RUN_LOCK))) for _ in range(2)]
        for start in starts:
            start.start()
        assert not did
    wait_until(lambda: len(did) == 2, "both starts")
    assert sorted(did) == [False, True]


def test_a_lack_of_pip_says_what_to_install(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "_pip_version", lambda python: ())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OpsError, match="apt install python3-pip"):
        prepare(environment, RUN_LOCK)


def test_a_lack_of_network_is_said(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (environment.root / RUN_LOCK).write_text("toolreel-nothing==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(OpsError, match="check the network"):
        prepare(environment, RUN_LOCK)


def test_a_folder_that_cannot_be_written_is_said(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_is_read_only", lambda folder: True)
    with pytest.raises(OpsError, match="cannot write in"):
        prepare(environment, RUN_LOCK)


def test_a_stamp_that_is_no_stamp_counts_as_none(environment: Environment) -> None:
    prepare(environment, RUN_LOCK)
    for text in ("", "[]", json.dumps({"locks": 1})):
        (environment.venv / "toolreel.json").write_text(text)
        assert not environment.holds(RUN_LOCK)


def test_help_needs_no_installed_package() -> None:
    assert "replay" in ops("--help").stdout
    assert "--workers" in ops("up", "--help").stdout
    assert "pytest" in ops("test", "--help").stdout


def test_an_unknown_command_is_a_usage_error() -> None:
    answer = ops("frobnicate")
    assert answer.returncode == 2
    assert "usage: python3 -m ops" in answer.stderr


def test_outside_of_the_environment_a_missing_package_is_named() -> None:
    answer = ops("check", TOOLREEL_NO_VENV="1")
    assert answer.returncode == 1
    assert "is not installed for" in answer.stderr
    assert "TOOLREEL_NO_VENV" in answer.stderr
    assert "Traceback" not in answer.stderr
