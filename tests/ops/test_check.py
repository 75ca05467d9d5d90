"""`check`: what it prints about settings and services."""

import pytest

from ops.diagnosis import about_broker, about_database, about_redis
from ops.errors import OpsError
from ops.preferences import MASK, preferences, read_settings, without_password


def test_every_setting_is_listed_with_its_variable_and_description() -> None:
    entries = {entry.variable: entry for entry in preferences(read_settings())}
    assert {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TOOLREEL_API_KEY", "TOOLREEL_TOOLS"} <= entries.keys()
    assert all(entry.description for entry in entries.values())


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLREEL_API_KEY", "tr_secret")
    monkeypatch.setenv("TOOLREEL_IMAGE_API_KEY", "sk-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@db/toolreel")
    monkeypatch.setenv("REDIS_URL", "redis://:secret@cache:6379/0")
    shown = " ".join(entry.value for entry in preferences(read_settings()))
    assert "secret" not in shown
    assert f"postgresql://me:{MASK}@db/toolreel" in shown


def test_every_setting_that_is_wrong_is_named_in_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLREEL_PORT", "99999")
    monkeypatch.setenv("TOOLREEL_LOG_FORMAT", "xml")
    with pytest.raises(OpsError) as caught:
        read_settings()
    lines = str(caught.value).splitlines()
    assert any("TOOLREEL_PORT" in line and "99999" in line for line in lines)
    assert any("TOOLREEL_LOG_FORMAT" in line for line in lines)


def test_passwords_go_and_the_rest_of_an_address_stays() -> None:
    assert without_password("sqlite:////data/toolreel.db") == "sqlite:////data/toolreel.db"
    assert without_password("redis://host:6379/0") == "redis://host:6379/0"
    assert without_password("amqp://me:a:b@host//") == f"amqp://me:{MASK}@host//"


def test_a_service_that_does_not_answer_is_said_with_what_to_do() -> None:
    findings = [
        about_database("postgresql+psycopg://me:secret@127.0.0.1:9/none"),
        about_redis("redis://:secret@127.0.0.1:9/0"),
        about_broker("amqp://me:secret@127.0.0.1:9//"),
        about_redis("nonsense"),
        about_broker("nonsense://127.0.0.1:9"),
        about_database("nonsense"),
    ]
    assert not any(finding.is_well for finding in findings)
    assert "secret" not in str(findings)


def test_a_redis_that_answers_is_well(redis_url: str) -> None:
    assert about_redis(redis_url).is_well


def test_a_database_without_the_schema_says_how_to_migrate(postgres_url: str) -> None:
    finding = about_database(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    assert "migrate" in finding.remedy
