"""After the trouble: all that is paused is resumed, until every message is idle, every reader knows it and nothing is left."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from models.database import Store
from ops.chaos.diary import Diary
from ops.chaos.history import open_lives
from ops.chaos.leftovers import left_in_redis
from ops.chaos.load import PATIENCE_SECONDS
from ops.chaos.reader import Reader
from ops.chaos.workload import Asked
from ops.client import Client
from ops.local.stack import Stack

IDLE_SECONDS = 120.0
CLEAN_SECONDS = 30.0
POLL_SECONDS = 0.5

States = dict[tuple[str, str, str], dict[str, Any]]


def settle(stack: Stack, store: Store, known: Sequence[Asked], readers: Sequence[Reader], diary: Diary) -> None:
    """Wait until all calls have ended and the readers have heard of it; what does not come true in time is a fault."""
    stack.wait_until_ready()
    begun = time.monotonic()
    with closing(Client(stack.url, stack.key, patience=PATIENCE_SECONDS)) as client:
        paths = {f"/v1/apps/{one.app}/messages/{one.message}" for one in known}
        busy = _wait(lambda: [path for path in sorted(paths) if not _is_idle(client, path)], IDLE_SECONDS)
        if busy:
            diary.fault(f"not idle after {IDLE_SECONDS:g} s: {', '.join(busy)}\n{_open_lives(store)}")
        states = {place: state for path in paths for place, state in _states(client, path)}
    diary.did("settled", f"after {time.monotonic() - begun:.1f} s")
    for line in _wait(lambda: _unheard(states, readers), CLEAN_SECONDS):
        diary.fault(line)


def wait_until_clean(stack: Stack, diary: Diary, *, lease: float) -> None:
    for line in _wait(lambda: left_in_redis(stack, lease=lease), CLEAN_SECONDS):
        diary.fault(line)


def _open_lives(store: Store) -> str:
    # Some of its connections may have been cut.
    store.engine.dispose()
    with store.read() as tx:
        return "\n".join(open_lives(tx))


def _wait(look: Callable[[], list[str]], seconds: float) -> list[str]:
    """Look again and again until there is nothing to see, or it takes too long; what is there then."""
    end = time.monotonic() + seconds
    while (found := look()) and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
    return found


def _is_idle(client: Client, path: str) -> bool:
    if client.json("GET", path)["status"] == "idle":
        return True
    client.json("POST", f"{path}/resume")
    return False


def _states(client: Client, path: str) -> list[tuple[tuple[str, str, str], dict[str, Any]]]:
    calls = client.json("GET", path)["tool_calls"]
    return [((call["app_id"], call["message_id"], call["id"]), call) for call in calls]


def _unheard(states: States, readers: Sequence[Reader]) -> list[str]:
    """Calls of which a reader knows something that is no longer so."""
    seen = {(state["app_id"], *place): state["version"] for one in readers for place, state in one.view.items()}
    return [
        f"a reader of {'/'.join(place)} knows version {version}; it is at {states[place]['version']}"
        for place, version in seen.items()
        if version != states[place]["version"]
    ]
