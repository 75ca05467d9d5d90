"""The tool calls of a run of chaos: small changes of few files, so that many of them touch the same ones."""

import random
from dataclasses import dataclass
from typing import Any

APPS = ("chaos-a", "chaos-b", "chaos-c")
PATHS = ("a.txt", "b.txt", "c.txt", "d/e.txt", "d/f.txt", "d/g.txt")
MOST_CALLS = 5
MANNERS = ("polite", "polite", "polite", "deaf", "asleep", "unsure")


@dataclass(frozen=True)
class Asked:
    """A tool call as it is submitted."""

    app: str
    message: str
    id: str
    name: str
    arguments: dict[str, Any]

    @property
    def place(self) -> tuple[str, str, str]:
        """What no other call has."""
        return self.app, self.message, self.id

    @property
    def entry(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "arguments": self.arguments}


class Workload:
    """Batches of calls; the same ones for the same seed."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._messages = 0
        self._calls = 0

    def batch(self) -> list[Asked]:
        """A few calls for one message, often one that had some before."""
        if not self._messages or self._chance.random() < 0.6:
            self._messages += 1
        number = max(1, self._messages - self._chance.randrange(3))
        app = APPS[number % len(APPS)]
        return [self._call(app, f"m{number}") for _ in range(self._chance.randint(1, MOST_CALLS))]

    def _call(self, app: str, message: str) -> Asked:
        self._calls += 1
        id = f"c{self._calls}"
        name, arguments = self._change(f"{message}/{id}")
        return Asked(app, message, id, name, arguments)

    def _change(self, line: str) -> tuple[str, dict[str, Any]]:
        path, dice = self._chance.choice(PATHS), self._chance.random()
        if dice < 0.75:
            seconds, manner = round(self._chance.uniform(0, 1.2), 3), self._chance.choice(MANNERS)
            return "append-line", {"file_path": path, "line": line, "seconds": seconds, "manner": manner}
        if dice < 0.85:
            return "os-write", {"file_path": path, "content": f"{line} wrote\n"}
        if dice < 0.93:
            return "os-delete", {"file_path": path}
        other = self._chance.choice([one for one in PATHS if one != path])
        return "os-rename", {"original_file_path": path, "new_file_path": other}
