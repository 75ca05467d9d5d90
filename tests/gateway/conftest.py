"""A gateway over real HTTP on a real store and Redis. There are no workers: tests run stages through the scene."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from broker.catalog import announce_live, declare
from gateway.app import create_app
from gateway.context import Gateway
from gateway.history import existing_call
from gateway.identity import Callers
from gateway.protocol import Protocol
from models.database import migrate
from models.declaration import Declaration, Stage, Touch
from models.files import blob_of, store_blobs
from models.settings import Settings
from models.stage import Claim, advance, claim, fail, succeed
from ops.local.port import free_port
from tests.gateway.contract import Contract
from tests.wait import wait_until

KEY = "tr_test-key"
AT = 1_000_000.0
PATH = {"type": "string", "format": "app-path", "minLength": 1, "maxLength": 1024}
STAGES = (Stage(name="analyzing", until=10), Stage(name="writing", until=80), Stage(name="validating", until=100))


def make_declaration(name: str, fields: dict[str, Any], **more: Any) -> Declaration:
    parameters = {
        "type": "object",
        "properties": fields,
        "required": [field for field, schema in fields.items() if "default" not in schema],
        "additionalProperties": False,
    }
    return Declaration(
        name=name, summary=f"{name}, for tests.", parameters=parameters, stages=STAGES, queue="files", **more
    )


WRITE = make_declaration(
    "os-write",
    {"file_path": PATH, "content": {"type": "string"}},
    writes=(Touch(argument="file_path"),),
    title="Write {file_path}",
)
VIEW = make_declaration(
    "os-view",
    {"file_path": PATH, "lines": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}},
    reads=(Touch(argument="file_path"),),
    title="View {file_path}",
)
LOGO = make_declaration("logo", {"style": {"enum": ["flat", "round"], "default": "flat"}}, title="Draw a {style} logo")
AWAY = make_declaration("away", {}, title="Is never offered")


@dataclass(frozen=True)
class Scene:
    """A running gateway and what is behind it."""

    url: str
    gateway: Gateway
    callers: Callers
    client: httpx.Client

    def submit(self, app: str, message: str, *calls: dict[str, Any], **options: Any) -> httpx.Response:
        path = f"/v1/apps/{app}/messages/{message}/tool-calls"
        return self.client.post(path, json={"tool_calls": list(calls)}, **options)

    def claim(self, app: str, message: str, id_: str, stage: int, at: float = AT) -> Claim:
        """Take a stage as a worker does."""
        with self.gateway.store.write() as tx:
            call = existing_call(tx, app, message, id_)
            claimed = claim(tx, call.key, call.epoch, stage, token=uuid.uuid4().hex, at=at)
        assert claimed
        return claimed

    def advance(self, claimed: Claim, at: float = AT) -> None:
        with self.gateway.store.write() as tx:
            assert advance(tx, claimed, None, {}, at=at)

    def succeed(self, claimed: Claim, result: dict[str, Any], at: float = AT, **files: bytes) -> None:
        staged = {path.replace("__", "."): blob_of(content) for path, content in files.items()}
        with self.gateway.store.write() as tx:
            store_blobs(tx, files.values())
            outcome = succeed(tx, claimed, result, staged, at=at, settings=self.gateway.settings)
        assert outcome
        self.gateway.outbox.deliver(outcome)

    def finish(self, app: str, message: str, id_: str, result: dict[str, Any] | None = None) -> None:
        """Run a call to its end."""
        for stage in (0, 1):
            self.advance(self.claim(app, message, id_, stage))
        self.succeed(self.claim(app, message, id_, 2), result or {"text": "done"})

    def fail(self, app: str, message: str, id_: str, error: dict[str, Any]) -> None:
        claimed = self.claim(app, message, id_, 0)
        with self.gateway.store.write() as tx:
            assert fail(tx, claimed, error, progress=5, at=AT, cap=8)

    def announce(self) -> None:
        """Say that a worker lives which offers all tools but one."""
        tools = [WRITE.name, VIEW.name, LOGO.name]
        announce_live(self.gateway.redis, "w1", tools, seconds=600)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Scene]:
    data = tmp_path_factory.mktemp("gateway")
    database = new_database(request.getfixturevalue("postgres_url"), "gateway") if request.param == "postgres" else ""
    settings = Settings(
        data=data,
        redis_url=redis_url,
        database_url=database,
        api_key=SecretStr(KEY),
        cors_origins=("https://page.example",),
    )
    migrate(settings.store_url)
    with served(settings) as found:
        yield found


@pytest.fixture
def app() -> str:
    """The id of an app that no other test uses."""
    return f"app-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def archive_file(tmp_path: Path) -> Callable[[bytes], Any]:
    """Content as an open file."""

    def opened(content: bytes) -> Any:
        place = tmp_path / "archive"
        place.write_bytes(content)
        return place.open("rb")

    return opened


def new_database(url: str, name: str) -> str:
    """The URL of a database made beside another one."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(url).set(database=name).render_as_string(hide_password=False)


class served:  # noqa: N801
    """uvicorn in a thread, as a context manager; a worker seems to live that offers the tools."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings)
        self.settings = settings
        self.port = free_port()
        config = uvicorn.Config(self.app, port=self.port, log_config=None, access_log=False, ws="none", http=Protocol)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> Scene:
        self.thread.start()
        wait_until(lambda: self.server.started, "the gateway to listen")
        gateway: Gateway = self.app.state.gateway
        # celeryconfig was read from this process's environment, which knows nothing of the test's Redis.
        gateway.celery.conf.update(broker_url=self.settings.redis_url)
        url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=30,
            event_hooks={"response": [Contract.of(self.settings).check]},
        )
        scene = Scene(url, gateway, self.app.state.callers, self.client)
        declare(gateway.store, [WRITE, VIEW, LOGO, AWAY], at=AT)
        scene.announce()
        return scene

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.server.should_exit = True
        self.thread.join()
