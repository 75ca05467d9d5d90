"""Choices that look random and are always the same for the same words, on every machine and version of Python."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")


class Chance:
    """A stream of choices out of a seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._taken = 0

    def between(self, low: float, high: float) -> float:
        digest = hashlib.sha256(f"{self._seed}/{self._taken}".encode()).digest()
        self._taken += 1
        return low + (high - low) * int.from_bytes(digest[:7]) / 2**56

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[int(self.between(0, len(choices)))]

    def shuffled(self, choices: Sequence[Choice]) -> list[Choice]:
        return [
            choice for _, choice in sorted(((self.between(0, 1), choice) for choice in choices), key=lambda it: it[0])
        ]
