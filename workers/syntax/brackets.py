"""Which bracket is never closed, or closes nothing."""

from dataclasses import dataclass

from workers.syntax.fault import Fault, fault_at

_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Bracket:
    """A bracket and its offset in the text."""

    sign: str
    offset: int


class Brackets:
    """Takes the brackets of a text in order. `unfit` is the first one that closes nothing or another kind."""

    def __init__(self) -> None:
        self._open: list[Bracket] = []
        self.unfit: Bracket | None = None

    @property
    def inside(self) -> str | None:
        """The innermost open bracket."""
        return self._open[-1].sign if self._open else None

    def take(self, bracket: Bracket) -> None:
        if self.unfit:
            return
        if bracket.sign not in _PAIRS:
            self._open.append(bracket)
        elif self.inside == _PAIRS[bracket.sign]:
            self._open.pop()
        else:
            self.unfit = bracket

    def faults(self, text: str) -> list[Fault]:
        """What is wrong when all were taken: one fault at most."""
        opened = self._open[-1] if self._open else None
        if self.unfit:
            return [fault_at(text, self.unfit.offset, self._unfitting(text, self.unfit, opened))]
        return [fault_at(text, opened.offset, f"`{opened.sign}` is never closed")] if opened else []

    def _unfitting(self, text: str, unfit: Bracket, opened: Bracket | None) -> str:
        if opened is None:
            return f"`{unfit.sign}` closes nothing"
        line = text.count("\n", 0, opened.offset) + 1
        return f"`{unfit.sign}` does not close the `{opened.sign}` of line {line}"
