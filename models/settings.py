"""Every setting, read once from the environment and validated. `python3 -m ops check` prints this table."""

from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """Settings by environment: the name is the field's in capitals, with `TOOLREEL_` before it unless an alias says else."""

    model_config = SettingsConfigDict(env_prefix="TOOLREEL_", populate_by_name=True, extra="ignore")

    data: Path = Field(Path(".toolreel"), description="Folder of the embedded database, the first key and the logs.")
    database_url: str = Field(
        "",
        validation_alias="DATABASE_URL",
        description="postgresql://user:password@host/name, or sqlite:///file; SQLite in the data folder when empty.",
    )
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0",
        validation_alias="REDIS_URL",
        description="Redis or Valkey 7.0 or newer, for events and liveness; `ops up` starts one of its own when unset.",
    )
    celery_broker_url: str = Field(
        "", validation_alias="CELERY_BROKER_URL", description="Celery's broker; the Redis above when empty."
    )
    api_key: SecretStr = Field(
        SecretStr(""), description="The first API key; made and kept in the data folder (mode 0600) when empty."
    )
    tools: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Extra modules with tools, comma separated, importable from the working directory."
    )
    host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the gateway listens on.")
    flower_port: int = Field(5555, ge=1, le=65535, description="Port Flower listens on.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Web origins that may call the API from a browser, comma separated; `*` for any."
    )
    log_format: str = Field("console", pattern="^(console|json)$", description="How log lines look: console or json.")

    max_file_bytes: int = Field(5 * MEBIBYTE, ge=1, description="Largest file of an app, in bytes.")
    max_app_files: int = Field(10_000, ge=1, description="Most files of an app.")
    max_app_bytes: int = Field(500 * MEBIBYTE, ge=1, description="Most bytes of an app's current files together.")
    max_batch_calls: int = Field(256, ge=1, description="Most tool calls in one submit.")
    max_request_bytes: int = Field(
        8 * MEBIBYTE, ge=1024, description="Largest request body, in bytes (archives: an app)."
    )
    body_seconds: float = Field(
        30, gt=0, le=600, description="How long a request's body may stop before it is given up."
    )
    app_concurrency: int = Field(8, ge=1, description="Most calls of one app and queue in Celery at once.")
    busy_seconds: float = Field(10, gt=0, le=60, description="How long a file write over HTTP waits for its turn.")
    file_workers: int = Field(2, ge=1, le=64, description="Processes of the worker on the `files` queue.")
    task_events: bool = Field(True, description="Whether workers tell Flower of each task; it costs them CPU time.")
    share_links: bool = Field(
        False, description="Whether a call's stages share one Celery task, in place of one each: faster, less to see."
    )

    image_api_url: str = Field(
        "",
        description="An OpenAI-compatible API that paints logos, like https://api.openai.com/v1; drawn here when empty.",
    )
    image_api_key: SecretStr = Field(SecretStr(""), description="The key of the image API; none is sent when empty.")
    image_model: str = Field("gpt-image-2.5-flare", min_length=1, description="The model that the image API is to use.")
    image_seconds: float = Field(
        180, gt=0, le=3600, description="Most time for one picture, all tries and waiting included."
    )

    progress_per_second: int = Field(
        60, ge=1, le=1_000_000, description="Most progress events of one call in a second."
    )
    log_seconds: int = Field(86_400, ge=60, description="How long an app's events can be replayed after its last one.")
    log_events: int = Field(20_000, ge=100, description="About how many events of one app can be replayed.")
    heartbeat_seconds: float = Field(15, gt=0, le=60, description="Time between heartbeats on a quiet stream.")
    reader_events: int = Field(2_000, ge=10, description="Events a slow reader may lag behind before it is cut off.")
    lease_seconds: float = Field(
        10, ge=1, le=600, description="A worker process that has not renewed its lease for so long counts as lost."
    )
    hold_seconds: float = Field(
        5, ge=0, le=300, description="How long a paused call keeps its slot, so that a quick resume costs nothing."
    )
    grace_seconds: float = Field(
        2, gt=0, le=300, description="How long a cancelled stage may take to reach a checkpoint before it is stopped."
    )
    drain_seconds: float = Field(
        20, gt=0, le=3600, description="How long a worker that shuts down waits for its stages to reach a checkpoint."
    )
    stage_seconds: float = Field(
        600, gt=0, description="Time limit of a stage whose tool declares none; paused time does not count."
    )
    max_streams: int = Field(10_000, ge=1, description="Most event streams of a gateway process.")
    max_key_streams: int = Field(
        2_000, ge=1, description="Most event streams of one API key, its tokens and sessions, in a gateway process."
    )
    live_seconds: float = Field(
        6, ge=2, le=60, description="A worker that has said nothing for so long counts as gone."
    )

    @field_validator("tools", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("image_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("must be like https://api.openai.com/v1")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise ValueError("must have no user, password, query or fragment; the key is TOOLREEL_IMAGE_API_KEY")
        return value.rstrip("/")

    @property
    def store_url(self) -> str:
        """The database as SQLAlchemy names it, always with the driver we use."""
        url = self.database_url or f"sqlite:///{self.data.resolve() / 'toolreel.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def broker_url(self) -> str:
        return self.celery_broker_url or self.redis_url


@cache
def settings() -> Settings:
    """The process's settings. Raises pydantic's ValidationError, naming each variable that is wrong."""
    return Settings()
