"""`stream`: how many events a second a gateway hands out when many readers watch one app."""

import time
from collections.abc import Iterator

from models.events import Entry
from ops.bench.companion import Companion
from ops.bench.delivery import event_log
from ops.bench.figures import PER_SECOND, Row, Spread, per_second
from ops.bench.lab import Lab, Measured
from ops.local.stack import GATEWAY

GROUP = 50
PAYLOAD = b'{"message_id":"m1","tool_call_id":"call_1","attempt":1,"stage":"writing","lines":["%b"]}' % (b"." * 600)


class FanOut:
    """Log lines, of which every single one must reach every reader."""

    def __init__(self, lab: Lab, watch: Companion, app: str) -> None:
        self._lab = lab
        self._watch = watch
        self._log = event_log(lab)
        self._entry = Entry(app, "log", "m1", PAYLOAD)

    def run(self, events: int) -> int:
        """Publish as fast as it goes; nanoseconds until the last reader has the last event."""
        self._watch.ask({"until": "any", "count": events * self._lab.size.readers})
        begun = time.monotonic_ns()
        for size in batches(events, GROUP):
            self._log.append([self._entry] * size)
        last: int = self._lab.report(self._watch)["last"]
        return last - begun


def batches(total: int, most: int) -> Iterator[int]:
    """The sizes of the batches that make up a total."""
    while total > 0:
        yield min(total, most)
        total -= most


def measure(lab: Lab) -> Measured:
    """All readers are on one gateway, and a process of their own reads for all of them."""
    size, app = lab.size, lab.new_app()
    rates: list[float] = []
    limit: list[float] = []
    with lab.watch([app] * size.readers, tally=True) as watch:
        fan_out = FanOut(lab, watch, app)
        fan_out.run(size.warm_up)
        meter = lab.meter()
        for _ in range(size.flood_rounds):
            with meter.running():
                rates.append(per_second(size.flood_events * size.readers, fan_out.run(size.flood_events)))
            limit.append(lab.limit.rate(size.flood_events, len(PAYLOAD)))
    delivered = size.flood_rounds * size.flood_events * size.readers
    spent = (meter.cost.seconds or {}).get(GATEWAY)
    facts = {
        "payload_bytes": len(PAYLOAD),
        "readers": size.readers,
        "delivered_per_gateway_core_second": round(delivered / spent) if spent else None,
    }
    return Measured([Row("events delivered", PER_SECOND, Spread.of(rates), Spread.of(limit))], meter.cost, facts=facts)
