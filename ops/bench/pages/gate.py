"""A promise of the pages, and whether it was kept. No I/O, no clock."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

HOLDS: dict[str, Callable[[float, float], bool]] = {"≤": operator.le, "≥": operator.ge, "=": operator.eq}


@dataclass(frozen=True)
class Gate:
    """One figure and its bound. `number` is the promise that it belongs to; of several samples the median counts."""

    number: int
    what: str
    samples: Sequence[float]
    sign: str
    bound: float
    unit: str = ""

    @property
    def value(self) -> float:
        return median(self.samples)

    @property
    def is_kept(self) -> bool:
        return HOLDS[self.sign](self.value, self.bound)

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "what": self.what,
            "value": round(self.value, 4),
            "samples": [round(sample, 4) for sample in self.samples],
            "bound": f"{self.sign} {self.bound:g}",
            "unit": self.unit,
            "kept": self.is_kept,
        }
