"""The scenarios by the names they have on the command line."""

from collections.abc import Callable

from ops.bench import control, delivery, fan_out, first_event, growth, half_load, memory, replay, reporting, saturation
from ops.bench.lab import Lab, Measured

Scenario = Callable[[Lab], Measured]
SCENARIOS: dict[str, Scenario] = {
    "first-event": first_event.measure,
    "delivery": delivery.measure,
    "control": control.measure,
    "calls": saturation.measure,
    "half-load": half_load.measure,
    "progress": reporting.measure,
    "stream": fan_out.measure,
    "memory": memory.measure,
    "replay": replay.measure,
    "growth": growth.measure,
}
