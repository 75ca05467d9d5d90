"""`progress`: how many progress events one process of a worker can emit, and what one costs it."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from redis import Redis

from broker.log import stream_key
from ops.bench.figures import MICROSECONDS, PER_SECOND, Row, Spread
from ops.bench.lab import Lab, Measured
from ops.bench.noise import wait_for
from ops.bench.wire import Door
from ops.bench.workload import call_path, report_all

PAYLOAD_BYTES = 700


def measure(lab: Lab) -> Measured:
    """A stage that reports as fast as it can, nobody watching; beside redis-py that publishes as fast as it can."""
    size, app = lab.size, lab.new_app()
    told: list[dict[str, Any]] = []
    limit: list[float] = []
    meter = lab.meter()
    with closing(lab.door()) as door, Redis.from_url(lab.stack.redis_url) as client:
        for number in range(1, size.report_rounds + 1):
            with meter.running():
                told.append(_reported(lab, door, client, app, number))
            limit.append(lab.limit.rate(size.reports, PAYLOAD_BYTES))
    rate = Spread.of_rounds(_each(took["sent"] / took["seconds"] for took in told))
    cost = Spread.of_rounds(_each(1e6 * took["cpu_seconds"] / took["sent"] for took in told))
    facts = {
        "payload_bytes": PAYLOAD_BYTES,
        "reports": size.reports,
        "sent": round(sum(took["sent"] for took in told) / len(told)),
    }
    rows = [
        Row("progress events of a worker process", PER_SECOND, rate, Spread.of_rounds(_each(limit))),
        Row("CPU of a progress event at its source", MICROSECONDS, cost),
    ]
    return Measured(rows, meter.cost, facts=facts)


def _reported(lab: Lab, door: Door, client: Redis, app: str, number: int) -> dict[str, Any]:
    """What the stage says that it took, and how many of its reports came to the app's log: some may be left out."""
    before = _logged(client, app)
    door.send("POST", *report_all(app, number, lab.size.reports))
    door.answer()
    result: dict[str, Any] = wait_for(door, call_path(app, number), lambda call: call["status"] == "succeeded")[
        "result"
    ]
    return result | {"sent": min(lab.size.reports, _logged(client, app) - before)}


def _logged(client: Redis, app: str) -> int:
    """How many events the app's log has ever had."""
    if not client.exists(stream_key(app)):
        return 0
    return int(client.xinfo_stream(stream_key(app))["entries-added"])


def _each(figures: Iterable[float]) -> Iterator[list[float]]:
    return ([figure] for figure in figures)
