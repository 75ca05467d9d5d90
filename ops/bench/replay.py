"""`replay`: many readers that lost their streams come back at once, and each must get exactly the events that it missed."""

import time

from models.events import Entry
from ops.bench.companion import Companion
from ops.bench.figures import SECONDS, Row, Spread
from ops.bench.lab import Lab, Measured
from ops.bench.side import PAYLOAD
from ops.errors import OpsError

NANOSECONDS = 1e9
LIVE_SECONDS = 0.01


class Story:
    """Numbered events of one app."""

    def __init__(self, lab: Lab, app: str) -> None:
        self._log = lab.event_log()
        self._app = app
        self._number = 0

    def go_on(self, count: int) -> None:
        self._log.append([self._next() for _ in range(count)])

    def _next(self) -> Entry:
        self._number += 1
        return Entry(self._app, "log", "m1", b'{"number":%d,' % self._number + PAYLOAD[1:])


def measure(lab: Lab) -> Measured:
    """Events that were missed, and a few more that come while the readers return: nothing lost, nothing doubled."""
    size, app = lab.size, lab.new_app()
    task = {"url": lab.url, "key": lab.key, "path": lab.stream(app), "readers": size.readers}
    story, meter = Story(lab, app), lab.meter()
    seconds: list[float] = []
    crowd = Companion("replayer", task | {"seconds": size.silence_seconds})
    lab.roster.add_client(crowd.pid)
    with crowd:
        for _ in range(size.replay_rounds):
            story.go_on(size.missed_events)
            with meter.running():
                seconds.append(_come_back(lab, crowd, story))
    what = f"{size.readers:,} readers come back and have {size.missed_events} events each"
    facts = {
        "readers": size.readers,
        "missed": size.missed_events,
        "live": size.live_events,
        "payload_bytes": len(PAYLOAD),
    }
    return Measured([Row(what, SECONDS, Spread.of_rounds([one] for one in seconds))], meter.cost, facts=facts)


def _come_back(lab: Lab, crowd: Companion, story: Story) -> float:
    """Seconds from the first connect until the last reader has its last event."""
    size = lab.size
    crowd.ask({"count": size.missed_events + size.live_events})
    for _ in range(size.live_events):
        time.sleep(LIVE_SECONDS)
        story.go_on(1)
    told = crowd.answer(size.wait_seconds)
    if told["wrong"]:
        raise OpsError(f"{told['wrong']} of {size.readers} readers that came back lost events, or have some twice")
    return float(told["last"] - told["begun"]) / NANOSECONDS
