"""The Celery app of the workers: a task for each stage of each tool, named like `os-write.writing`, and their liveness."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from celery.exceptions import Ignore
from celery.signals import (
    celeryd_after_setup,
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutting_down,
)

from broker.app import make_celery
from broker.catalog import announce_live, declare
from broker.connection import connect
from broker.dispatch import task_name
from broker.outbox import now
from broker.signals import signal_stop
from models.database import Store
from models.logs import configure_logs
from models.settings import settings
from workers.context import context
from workers.discovery import find_tools
from workers.recovery import reconcile
from workers.runner import run_stages
from workers.steering import listen_for_interrupts
from workers.tool import Tool

STOP_AGAIN_SECONDS = 1.0
QUIT_SECONDS = 5.0

logger = structlog.get_logger()
app = make_celery()
tools = find_tools(settings().tools)
stopping = threading.Event()


def _task(tool: Tool) -> Callable[[int, int, int, int], None]:
    def link(key: int, epoch: int, stage: int, through: int) -> None:
        # Each time, for the pool sets a handler of its own after `worker_process_init`.
        listen_for_interrupts(context().steering)
        if not run_stages(context(), tool, key, epoch, stage, through):
            raise Ignore

    return link


for _tool in tools.values():
    for _stage in _tool.declaration.stages:
        app.task(_task(_tool), name=task_name(_tool.name, _stage.name))


@app.task(name="recovery.reconcile")
def _reconcile() -> None:
    reconcile(context())


@setup_logging.connect
def _log(**_: Any) -> None:
    configure_logs(settings())


@celeryd_after_setup.connect
def _declare(**_: Any) -> None:
    store = Store(settings().store_url)
    try:
        declare(store, [tool.declaration for tool in tools.values()], at=now())
    finally:
        store.close()


@worker_ready.connect
def _live(sender: Any, **_: Any) -> None:
    queues = set(sender.app.amqp.queues.consume_from)
    mine = [tool.name for tool in tools.values() if tool.declaration.queue in queues]
    threading.Thread(target=_say_alive, args=(sender.hostname, mine), name="alive", daemon=True).start()


@worker_process_init.connect
def _begin(**_: Any) -> None:
    # A signal must reach its thread soon, also beside a stage that computes.
    sys.setswitchinterval(0.001)
    context().listener.start()


@worker_process_shutdown.connect
def _end(**_: Any) -> None:
    context().marks.write()
    context().listener.close()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    # It is told a second time when the worker is to end at once.
    if not stopping.is_set():
        stopping.set()
        threading.Thread(target=_drain, name="drain", daemon=True).start()


def _drain() -> None:
    """Let running stages come to a checkpoint and give way; after the drain time those that did not are ended."""
    client, worker, end = connect(settings()), str(os.getpid()), time.monotonic() + settings().drain_seconds
    while (left := end - time.monotonic()) > 0:
        # Again and again, for a signal can be lost.
        signal_stop(client, worker)
        time.sleep(min(left, STOP_AGAIN_SECONDS))
    os.kill(os.getpid(), signal.SIGQUIT)
    time.sleep(QUIT_SECONDS)
    # Code that throws away what ends it would hold up the end for ever.
    os.kill(os.getpid(), signal.SIGKILL)


def _say_alive(worker: str, mine: list[str]) -> None:
    seconds = settings().live_seconds
    client = connect(settings())
    while not stopping.is_set():
        try:
            announce_live(client, worker, mine, seconds=seconds)
        except redis.RedisError as error:
            logger.warning("alive-not-told", worker=worker, error=str(error))
        stopping.wait(seconds / 3)
