"""A real gateway, and a log that tests write to as workers do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from broker.log import EventLog
from models.events import Entry
from models.settings import Settings
from ops.client import Client
from ops.local.stack import Stack
from tests.streams.client import Stream


@dataclass(frozen=True)
class Scene:
    """A stack, and the writing end of its log."""

    stack: Stack
    client: redis.Redis
    log: EventLog

    def stream(self, app: str, message: str | None = None, query: str = "") -> Stream:
        place = f"messages/{message}/events" if message else "events"
        return Stream(self.stack.url, f"/v1/apps/{app}/{place}{query}", self.stack.key)

    def post(self, app: str, place: str, body: object) -> None:
        client = Client(self.stack.url, self.stack.key)
        client.json("POST", f"/v1/apps/{app}/messages/{place}", body)
        client.close()

    def write(self, app: str, message: str, number: int) -> None:
        """Append an event that nothing replaces, with a number by which tests know it."""
        data = b'{"message_id":"%b","lines":["%d"]}' % (message.encode(), number)
        self.log.append([Entry(app, "log", message, data)])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("streams")
    environment = {"TOOLREEL_HEARTBEAT_SECONDS": "1", "TOOLREEL_READER_EVENTS": "500"}
    with Stack(folder, only=("gateway", "files"), environment=environment) as stack:
        client = redis.Redis.from_url(stack.redis_url)
        yield Scene(stack, client, EventLog(client, Settings(redis_url=stack.redis_url)))
        client.close()
