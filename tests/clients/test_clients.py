"""Real clients, whose connections break at random points, hold every event exactly: each once, in order."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
from playwright.sync_api import sync_playwright

from broker.history import History
from broker.log import Event, EventId, EventLog
from models.events import Entry
from models.settings import Settings
from ops.client import Client as Door
from ops.local.stack import Stack
from tests.clients.kinds import (
    Client,
    Gathering,
    Page,
    Script,
    Told,
    read_with_aiohttp,
    read_with_curl,
    read_with_httpx,
)
from tests.clients.packages import node_modules
from tests.clients.proxy import Break, Proxy, breaks
from tests.program import needs
from tests.wait import wait_until

APP = "clients"
PATH = f"/v1/apps/{APP}/messages/m1/events"
WAVES = 36
WAVE_SECONDS = 0.25
BREAKS = 8
MOST_BYTES = 30_000
HERE = Path(__file__).parent
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
BROWSER += ["--disable-component-update", "--disable-sync"]

# It takes an event's id when the id's line comes, not when the event ends. So it may lose an event whose very last byte was
# lost (or not: the browser may throw the unread line away with the connection); docs/examples says so.
TAKES_IDS_EARLY = "fetch-event-source"
IN_NODE = ("eventsource", "eventsource-client")
IN_BROWSER = ("EventSource", TAKES_IDS_EARLY, "htmx")
IN_PYTHON = {"httpx-sse": read_with_httpx, "aiohttp-sse-client": read_with_aiohttp, "curl": read_with_curl}
PAGES = {"EventSource": "eventsource"}


@dataclass
class Scene:
    """A stack, what makes its clients, and the clients that run."""

    stack: Stack
    client: redis.Redis
    modules: Path
    browser: Any
    folder: Path
    proxies: dict[str, Proxy] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings(redis_url=self.stack.redis_url)

    def start(self, name: str, plan: list[Break], path: str = PATH) -> Client:
        """Start a client behind a proxy of its own."""
        folders = {"pages": HERE / "pages", "npm": self.modules}
        self.proxies[name] = proxy = Proxy(self.stack.url, self.stack.key, folders, plan)
        self.clients[name] = client = self._made(name, proxy.url, path)
        return client

    def stop(self) -> None:
        for client in self.clients.values():
            client.close()
        for proxy in self.proxies.values():
            proxy.close()
        for client in self.clients.values():
            if isinstance(client, Gathering):
                client.join()
        self.clients.clear()
        self.proxies.clear()

    def log(self, number: int, message: str = "m1", app: str = APP) -> None:
        data = orjson.dumps({"message_id": message, "lines": [str(number)]})
        EventLog(self.client, self.settings).append([Entry(app, "log", message, data)])

    def _made(self, name: str, url: str, path: str) -> Client:
        if name in IN_PYTHON:
            return Gathering(IN_PYTHON[name], url + path).start()
        if name in IN_NODE:
            return Script([needs("node"), str(self.folder / f"{name}.mjs"), url + path])
        return Page(self.browser.new_page(), f"{url}/pages/{PAGES.get(name, name)}.html?events={path}")


@dataclass(frozen=True)
class Gathered:
    """What the log holds, what each client was told, and how often its connection broke."""

    events: list[Event]
    told: dict[str, list[Told]]
    broken: dict[str, int]
    shown: str


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    needs("curl"), needs("node")
    modules, chromium = node_modules(), needs("chromium")
    folder = tmp_path_factory.mktemp("node")
    (folder / "node_modules").symlink_to(modules)
    for script in (HERE / "node").iterdir():
        (folder / script.name).write_text(script.read_text())
    environment = {"TOOLREEL_HEARTBEAT_SECONDS": "1"}
    with (
        Stack(tmp_path_factory.mktemp("stack"), only=("gateway", "files"), environment=environment) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        client = redis.Redis.from_url(stack.redis_url)
        made = Scene(stack, client, modules, browser, folder)
        yield made
        made.stop()
        client.close()
        browser.close()


@pytest.fixture(scope="module")
def gathered(scene: Scene) -> Gathered:
    """All clients at once watch what happens, each with breaks of its own, until they have heard the last word."""
    try:
        return gather(scene, [*IN_PYTHON, *IN_NODE, *IN_BROWSER])
    finally:
        scene.stop()


def gather(scene: Scene, names: list[str]) -> Gathered:
    for seed, name in enumerate(names):
        scene.start(name, breaks(seed, BREAKS, MOST_BYTES, in_end=name != TAKES_IDS_EARLY))
    for name in names:
        wait_until(lambda name=name: scene.clients[name].told(), f"the snapshot of {name}", 30)
    produce(scene)
    events = History(scene.client, scene.settings).after(APP, EventId.parse(scene.clients["curl"].told()[0].id))
    assert events
    last = str(events[-1].id)
    for name in names:
        wait_until(lambda name=name: not scene.proxies[name].left, f"every break of {name}", 30)
        wait_until(lambda name=name: scene.clients[name].told()[-1].id == last, f"the last event of {name}", 30)
    page = scene.clients["htmx"]
    assert isinstance(page, Page)
    return Gathered(
        events,
        {name: scene.clients[name].told() for name in names},
        {name: scene.proxies[name].broken for name in names},
        page.page.inner_text("#message"),
    )


def produce(scene: Scene) -> None:
    """Real calls of real workers, a call made up here that makes much progress, and lines of output, for some seconds."""
    door, log = Door(scene.stack.url, scene.stack.key), EventLog(scene.client, scene.settings)
    for wave in range(1, WAVES + 1):
        call = {
            "id": f"c{wave}",
            "name": "os-write",
            "arguments": {"file_path": f"{wave % 3}.txt", "content": "ä" * 9000},
        }
        door.json("POST", f"/v1/apps/{APP}/messages/m1/tool-calls", {"tool_calls": [call]})
        log.append([made_up(wave, 0, live=False)])
        for step in range(1, 5):
            log.append([made_up(wave, step * 20, live=True)])
            scene.log(wave * 10 + step)
        time.sleep(WAVE_SECONDS)
    message = door.json("GET", f"/v1/apps/{APP}/messages/m1?wait=30")
    door.close()
    assert message["counts"]["succeeded"] == WAVES
    wait_until(lambda: turned_idle(scene, message["counts"]), "the last turn is told")


def turned_idle(scene: Scene, counts: dict[str, int]) -> bool:
    [(_, fields)] = scene.client.xrevrange(f"tr:{{{APP}}}:log", count=1)
    data = orjson.loads(fields[b"d"])
    return bool(data.get("counts") == counts and data["status"] == "idle")


def made_up(version: int, progress: float, *, live: bool) -> Entry:
    state = {"id": "made-up", "status": "running", "attempt": version, "version": version, "progress": progress}
    return Entry(APP, "tool_call", "m1", orjson.dumps(state), "m1/made-up", version, progress, live)


@pytest.mark.parametrize("name", [*IN_PYTHON, *IN_NODE, *IN_BROWSER])
def test_a_client_whose_connection_breaks_at_random_points_holds_every_event(gathered: Gathered, name: str) -> None:
    first, *told = gathered.told[name]
    assert (first.event, first.content["reason"]) == ("snapshot", "open")
    assert gathered.broken[name] == BREAKS
    assert not [one for one in told if one.event in ("snapshot", "end")]
    by_id = {str(event.id): event for event in gathered.events}
    ids = [EventId.parse(one.id) for one in told]
    assert difference(ids, sorted(set(ids))) is None
    assert all((one.event, one.data.encode()) == (by_id[one.id].kind, by_id[one.id].data) for one in told)
    lasting = [str(event.id) for event in gathered.events if not event.live]
    assert difference([one.id for one in told if not by_id[one.id].live], lasting) is None
    assert len(lasting) > 400


def difference(told: Sequence[object], wanted: Sequence[object]) -> tuple[int, object, object] | None:
    """Where two sequences begin to differ. (To show them whole would take minutes.)"""
    pairs = enumerate(zip_longest(told, wanted))
    return next(((place, one, other) for place, (one, other) in pairs if one != other), None)


@pytest.mark.parametrize("name", [*IN_PYTHON, *IN_NODE, *IN_BROWSER])
def test_a_client_never_sees_progress_fall_and_ends_with_the_final_states(gathered: Gathered, name: str) -> None:
    states: dict[str, list[dict[str, Any]]] = {}
    for one in gathered.told[name]:
        if one.event == "tool_call":
            states.setdefault(one.content["id"], []).append(one.content)
    assert len(states) == WAVES + 1
    for id_, seen in states.items():
        order = [(state["attempt"], state["version"], state["progress"]) for state in seen]
        assert order == sorted(order)
        assert seen[-1]["status"] == ("running" if id_ == "made-up" else "succeeded")


def test_what_htmx_shows_in_the_end_is_the_last_event(gathered: Gathered) -> None:
    assert orjson.loads(gathered.shown) == orjson.loads(gathered.events[-1].data)
