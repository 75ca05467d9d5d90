"""The parts of Toolreel in one process: what tests submit, which links were sent, and stages run by hand."""

from dataclasses import dataclass, replace
from typing import Any

import orjson
import redis
from celery import Celery
from sqlalchemy import select

from broker.app import make_celery
from broker.connection import connect_briefly
from broker.history import History
from broker.later import Later
from broker.log import Event, EventId, EventLog
from broker.marks import Marks
from broker.outbox import Outbox, now
from models.call import Call
from models.database import Store
from models.files import list_files, read_file
from models.move import COLUMNS
from models.settings import Settings
from models.submit import NewCall, submit
from models.tables import call_moves, tool_calls
from ops.local.port import free_port
from tests.core.links import Link, take_links
from workers.context import Context
from workers.listener import Listener, make_process_id
from workers.report import Publisher
from workers.runner import run_stages
from workers.steering import Steering
from workers.tool import Tool

AWAY = f"redis://127.0.0.1:{free_port()}/0"


def _context(
    settings: Settings, store: Store, client: redis.Redis, celery: Celery, outbox: Outbox, marks: Marks
) -> Context:
    later, steering, process = Later(), Steering(), make_process_id()
    listener = Listener(settings, store, steering, later, process)
    publisher = Publisher(outbox, later)
    return Context(settings, store, client, celery, outbox, marks, later, publisher, process, steering, listener)


@dataclass(frozen=True)
class Parts:
    settings: Settings
    store: Store
    client: redis.Redis
    log: EventLog
    history: History
    celery: Celery
    outbox: Outbox
    context: Context

    @classmethod
    def make(cls, settings: Settings, store: Store, client: redis.Redis, celery: Celery) -> "Parts":
        log = EventLog(client, settings)
        marks = Marks(store, Later())
        outbox = Outbox(store, log, celery, marks, share_links=settings.share_links)
        context = _context(settings, store, client, celery, outbox, marks)
        return cls(settings, store, client, log, History(client, settings), celery, outbox, context)

    def without_log(self) -> "Parts":
        """The same parts, but Redis is away for events."""
        away = Settings(redis_url=AWAY)
        outbox = Outbox(self.store, EventLog(connect_briefly(away), away), self.celery, self.context.marks)
        return replace(self, outbox=outbox, context=replace(self.context, outbox=outbox))

    def without_broker(self, url: str = AWAY) -> "Parts":
        """The same parts, but with a broker that is away, or the one at a URL."""
        celery = make_celery()
        celery.conf.update(broker_url=url, task_publish_retry_policy={"max_retries": 1, "interval_start": 0})
        outbox = Outbox(self.store, self.log, celery, self.context.marks)
        return replace(self, celery=celery, outbox=outbox, context=replace(self.context, celery=celery, outbox=outbox))

    def submit(self, *calls: NewCall, app: str = "demo", message: str = "m1") -> list[Call]:
        """Submit as a gateway does: commit, then deliver."""
        cap = self.settings.app_concurrency
        with self.store.write() as tx:
            submission = submit(tx, app, message, calls, at=now(), cap=cap, traceparent=None)
        self.outbox.deliver(submission.outcome)
        return submission.calls

    def take_links(self, queue: str = "files") -> list[Link]:
        """All the links that wait in a queue, oldest first; they leave it."""
        return take_links(self.client, queue)

    def run(self, tool: Tool, call: Call, stage: int) -> bool:
        """Run one stage, as its link would; False when the chain ends here."""
        return run_stages(self.context, tool, call.key, call.epoch, stage, stage)

    def run_all(self, *tools: Tool) -> None:
        """Be the worker until nothing is left in the queue."""
        by_name = {tool.name: tool for tool in tools}
        while links := self.take_links():
            for link in links:
                tool = by_name[link.task.partition(".")[0]]
                key, epoch, stage, through = link.arguments
                for offset in range(1 + len(link.rest)):
                    if not run_stages(self.context, tool, key, epoch, stage + offset, through + offset):
                        break

    def call(self, id: str, message: str = "m1") -> Call:
        """The call as its row says it is now."""
        with self.store.read() as tx:
            where = (tool_calls.c.id == id) & (tool_calls.c.message_id == message)
            return Call.of(tx.execute(select(*COLUMNS).where(where)).mappings().one())

    def moves(self, id: str) -> list[tuple[int, str]]:
        """The versions of a call and the moves that made them."""
        with self.store.read() as tx:
            query = select(call_moves.c.version, call_moves.c.move).join(tool_calls).where(tool_calls.c.id == id)
            return [(version, move) for version, move in tx.execute(query.order_by(call_moves.c.version))]

    def events(self, app: str = "demo") -> list[Event]:
        """Everything in the app's log."""
        start = EventId(self.history.position(app).era, 0, 0)
        found = self.history.after(app, start)
        assert found is not None
        return found

    def told(self, subject: str, app: str = "demo") -> list[Any]:
        """What the log says of a subject, in order."""
        return [orjson.loads(event.data) for event in self.events(app) if event.subject == subject]

    def files(self, app: str = "demo") -> dict[str, bytes]:
        """The app's files."""
        with self.store.read() as tx:
            return {row["path"]: read_file(tx, app, row["path"]) or b"" for row in list_files(tx, app)}
