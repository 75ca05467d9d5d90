"""`keys`: who may call, from the command line."""

import stat
from contextlib import closing
from pathlib import Path

import pytest

from broker.outbox import now
from models.database import Store
from models.keys import ensure_key, find_key, hash_secret
from ops.cli import main
from ops.local.key import first_key, key_file


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, which the settings name."""
    monkeypatch.setenv("TOOLREEL_NO_VENV", "1")
    monkeypatch.setenv("TOOLREEL_DATA", str(tmp_path))
    for variable in ("DATABASE_URL", "TOOLREEL_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def keys(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["keys", *arguments]) == 0
    return capsys.readouterr().out.strip()


def works(data: Path, secret: str) -> bool:
    with closing(Store(f"sqlite:///{data}/toolreel.db")) as store, store.read() as tx:
        return find_key(tx, hash_secret(secret), now()) is not None


def test_a_key_is_shown_once_and_kept_as_a_hash(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = keys(capsys, "add", "builder")
    assert works(data, secret)
    assert "builder" in keys(capsys) and secret not in keys(capsys, "list")
    assert secret.encode() not in b"".join(file.read_bytes() for file in data.glob("toolreel.db*"))


def test_a_revoked_key_stops_working_and_its_name_is_free(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = keys(capsys, "add", "builder")
    keys(capsys, "revoke", "builder")
    assert not works(data, secret)
    assert "revoked" in keys(capsys)
    assert works(data, keys(capsys, "add", "builder"))


def test_a_rotated_key_works_on_for_its_grace_only(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = keys(capsys, "add", "builder")
    second = keys(capsys, "rotate", "builder")
    assert works(data, first) and works(data, second)
    third = keys(capsys, "rotate", "builder", "--grace", "0")
    assert [works(data, secret) for secret in (first, second, third)] == [False, False, True]


def test_rotating_the_first_key_writes_its_file_anew(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = first_key(data)
    keys(capsys)
    with closing(Store(f"sqlite:///{data}/toolreel.db")) as store, store.write() as tx:
        ensure_key(tx, "first", before, at=now())
    assert "another one" in keys(capsys, "rotate", "first")
    assert first_key(data) != before and works(data, first_key(data))
    assert stat.S_IMODE(key_file(data).stat().st_mode) == 0o600


def test_a_first_key_from_the_environment_is_not_rotated_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLREEL_API_KEY", "tr_given")
    assert main(["keys", "rotate", "first"]) == 1
    assert "TOOLREEL_API_KEY" in capsys.readouterr().err


def test_another_first_key_replaces_the_one_before(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys(capsys)
    with closing(Store(f"sqlite:///{data}/toolreel.db")) as store, store.write() as tx:
        for secret in ("tr_one", "tr_two", "tr_one"):
            ensure_key(tx, "first", secret, at=now())
    assert not works(data, "tr_one") and works(data, "tr_two")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["add"], "needs the key's NAME"),
        (["revoke", "nobody"], "no working key named nobody"),
        (["rotate", "nobody"], "no working key named nobody"),
        (["add", "a\nb"], "characters that can be printed"),
        (["rotate", "a", "--grace", "-1"], "--grace"),
    ],
)
def test_what_cannot_be_done_is_said(capsys: pytest.CaptureFixture[str], arguments: list[str], word: str) -> None:
    assert main(["keys", *arguments]) == 1
    assert word in capsys.readouterr().err


def test_a_name_is_used_once(capsys: pytest.CaptureFixture[str]) -> None:
    keys(capsys, "add", "builder")
    assert main(["keys", "add", "builder"]) == 1
    assert "rotate it" in capsys.readouterr().err
