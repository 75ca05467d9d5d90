"""Shows the board while calls run: as live rows on a terminal, as a line for each change of status elsewhere."""

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ops.demo.board import Board, Row

LOOKS = {
    "queued": ("○", "dim"),
    "running": ("●", "cyan"),
    "pausing": ("◐", "yellow"),
    "paused": ("‖", "yellow"),
    "cancelling": ("◐", "magenta"),
    "cancelled": ("–", "magenta"),
    "succeeded": ("✓", "green"),
    "failed": ("✗", "red"),
}
BAR_WIDTH = 16
STATUS_WIDTH = 10
INDENT = 2 + 1 + STATUS_WIDTH + 1
FRAME_SECONDS = 1 / 30


class Screen(Protocol):
    """Where a playing is shown; times are seconds since it began."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def say(self, text: str) -> None:
        """The model's words."""

    def tell(self, board: Board, row: Row, at: float) -> None:
        """A call changed its status."""

    def show(self, board: Board, at: float) -> None:
        """The board may look different now."""

    def settle(self, board: Board, message_id: str, at: float) -> None:
        """All calls of a message have ended."""


def screen_for(console: Console, total: int) -> Screen:
    """The screen that fits where the output goes."""
    return LiveScreen(console, total) if console.is_terminal else PlainScreen(console)


class PlainScreen:
    """One line for each change of status, with the time since the start."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def say(self, text: str) -> None:
        self._print(f"\n{text}")

    def tell(self, board: Board, row: Row, at: float) -> None:
        more = row.error.partition("\n")[0] if row.error else board.waits_for(row)
        line = f"{at:8.3f} s  {row.status:<10} {row.label}{f'  ({more})' if more else ''}"
        self._print(line)

    def show(self, board: Board, at: float) -> None: ...

    def settle(self, board: Board, message_id: str, at: float) -> None: ...

    def _print(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, markup=False, highlight=False)


class LiveScreen:
    """The rows of the message that runs, drawn again as events come; those of earlier messages stay above."""

    def __init__(self, console: Console, total: int) -> None:
        self._total = total
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")
        self._drawn = 0.0
        self._settled: set[str] = set()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        self._live.console.print(Padding(Text(text, style="italic"), (1, 0, 1, 0)))

    def tell(self, board: Board, row: Row, at: float) -> None: ...

    def show(self, board: Board, at: float) -> None:
        if at - self._drawn < FRAME_SECONDS:
            return
        self._drawn = at
        rows = [row for row in board.rows if row.message_id not in self._settled]
        self._live.update(Group(draw(board, rows, at), Text(), self._header(board, at)), refresh=True)

    def settle(self, board: Board, message_id: str, at: float) -> None:
        self._settled.add(message_id)
        self._live.update(self._header(board, at), refresh=True)
        self._live.console.print(draw(board, board.of_message(message_id), at))

    def _header(self, board: Board, at: float) -> Text:
        counts = board.counts
        done = counts["succeeded"] + counts["failed"] + counts["cancelled"]
        parts = [f"{done} of {self._total} calls done", f"{counts['running']} running", f"{counts['queued']} queued"]
        return Text("  " + " · ".join([*parts, f"{at:.2f} s"]), style="bold")


def draw(board: Board, rows: list[Row], at: float) -> RenderableType:
    """How each row stands, how far it is and how long it took; beneath a failed one, why."""
    lines: list[RenderableType] = []
    for row in rows:
        lines.append(_line(board, row, at))
        if row.error:
            lines.append(Padding(Text(row.error, "dim"), (0, 0, 0, INDENT)))
    return Group(*lines)


def _line(board: Board, row: Row, at: float) -> RenderableType:
    icon, style = LOOKS.get(row.status, ("?", "dim"))
    took = row.elapsed(at)
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=2, justify="right")
    line.add_column(width=STATUS_WIDTH)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(width=BAR_WIDTH)
    line.add_column(width=8, justify="right")
    line.add_row(
        Text(icon, style),
        Text(row.status, style),
        Text.assemble(row.label, (f"  {_aside(board, row)}", "dim")),
        ProgressBar(100, row.progress, BAR_WIDTH, complete_style=style, finished_style=style),
        Text("" if took is None else f"{1000 * took:.0f} ms", "dim"),
    )
    return line


def _aside(board: Board, row: Row) -> str:
    """What a running call does, what a waiting one waits for."""
    if row.status == "running":
        return f"{row.stage} {row.note}".strip()
    return board.waits_for(row) or ("" if row.is_final else row.note)
