"""Sending calls to workers: the one function that builds a chain of the stages that remain, and the names of its links."""

from typing import Any

from celery import Celery, chain
from celery.canvas import Signature

from models.call import Call


def dispatch(celery: Celery, call: Call, *, share_links: bool = False) -> None:
    """Send the chain of the call's remaining stages. Raises kombu's OperationalError when the broker is down.

    Links carry no payload: the row has everything, and a link that no longer fits the row ends without effect. The trace
    that a client's request belongs to rides in their headers, where tracing libraries look for it. A link runs one stage,
    or where links are shared all that remain, for they are on one queue.
    """
    last = len(call.stages) - 1
    if share_links:
        _link(celery, call, call.stage, last).apply_async()
        return
    chain(*(_link(celery, call, index, index) for index in range(call.stage, last + 1)), app=celery).apply_async()


def task_name(tool: str, stage: str) -> str:
    """What the task of a tool's stage is called, like `os-write.writing`."""
    return f"{tool}.{stage}"


def link_id(key: int, epoch: int, stage: int) -> str:
    """The task id of a link, which brokers want short."""
    return f"{key}.{epoch}.{stage}"


def _link(celery: Celery, call: Call, index: int, through: int) -> Signature:
    name = task_name(call.name, call.stages[index]["name"])
    options: dict[str, Any] = {"queue": call.queue, "task_id": link_id(call.key, call.epoch, index)}
    if call.traceparent:
        options["headers"] = {"traceparent": call.traceparent}
    return celery.signature(name, args=(call.key, call.epoch, index, through), immutable=True, options=options)
