"""Which tools exist is kept in the database; which of them live workers offer is said in Redis, for a while."""

from functools import partial

import pytest
import redis
from sqlalchemy import select

from broker.catalog import LIVE_KEY, Catalog, announce_live, declare
from models.database import Store
from models.declaration import Declaration, Stage
from models.tables import tool_declarations
from tests.core.together import together
from tests.wait import wait_until


def tool(name: str, summary: str = "It does something.") -> Declaration:
    stages = (Stage(name="writing", until=100),)
    return Declaration(name=name, summary=summary, parameters={}, stages=stages, queue="files", title=name)


class Fresh(Catalog):
    """A catalog that looks every time."""

    FRESH_SECONDS = 0.0


@pytest.fixture
def catalog(store: Store, client: redis.Redis) -> Catalog:
    return Fresh(store, client)


@pytest.fixture
def living(sqlite: Store, client: redis.Redis) -> Catalog:
    """For what only Redis says."""
    return Fresh(sqlite, client)


def test_what_a_worker_declares_is_known(store: Store, catalog: Catalog) -> None:
    declare(store, [tool("a"), tool("b")], at=1.0)
    assert catalog.declared() == {"a": tool("a"), "b": tool("b")}


def test_a_newer_declaration_replaces_its_own_and_no_other(store: Store, catalog: Catalog) -> None:
    declare(store, [tool("a"), tool("b")], at=1.0)
    declare(store, [tool("b", "better"), tool("c")], at=2.0)
    assert catalog.declared() == {"a": tool("a"), "b": tool("b", "better"), "c": tool("c")}


def test_the_same_declarations_again_change_nothing(store: Store) -> None:
    declare(store, [tool("a")], at=1.0)
    declare(store, [tool("a")], at=2.0)
    declare(store, [], at=3.0)
    with store.read() as tx:
        assert tx.execute(select(tool_declarations.c.updated_at)).scalars().all() == [1.0]


def test_workers_that_start_together_may_declare_the_same_tools(store: Store, catalog: Catalog) -> None:
    for round in range(5):
        tools = [tool(f"t{number}", f"round {round}") for number in range(10)]
        together(*(partial(declare, store, order, at=1.0) for order in (tools, tools[::-1], tools, tools[5:])))
        assert catalog.declared() == {one.name: one for one in tools}


def test_a_live_worker_and_its_tools_are_known(client: redis.Redis, living: Catalog) -> None:
    announce_live(client, "files@one", ["a", "b"], seconds=6)
    announce_live(client, "media@one", ["c"], seconds=6)
    assert living.live() == {"a", "b", "c"}
    assert living.workers() == {"files@one", "media@one"}


def test_a_worker_that_says_nothing_any_more_is_forgotten(client: redis.Redis, living: Catalog) -> None:
    announce_live(client, "files@one", ["a", "b"], seconds=60)
    announce_live(client, "files@two", ["b", "c"], seconds=1)
    assert living.workers() == {"files@one", "files@two"}
    wait_until(lambda: living.workers() == {"files@one"}, "the second worker to be forgotten")
    # What both offered is still there: a shorter word takes back no longer one.
    assert living.live() == {"a", "b"}


def test_the_list_of_the_living_goes_by_itself(client: redis.Redis) -> None:
    announce_live(client, "files@one", ["a"], seconds=6)
    assert 0 < client.ttl(LIVE_KEY) <= 3600


def test_a_gateway_asks_at_most_once_a_second(client: redis.Redis, sqlite: Store) -> None:
    catalog = Catalog(sqlite, client)
    assert (catalog.live(), catalog.declared()) == (frozenset(), {})
    announce_live(client, "files@one", ["a"], seconds=6)
    declare(sqlite, [tool("a")], at=1.0)
    calls = client.info("commandstats")["cmdstat_zrangebyscore"]["calls"]
    catalog.live()
    catalog.workers()
    assert client.info("commandstats")["cmdstat_zrangebyscore"]["calls"] <= calls + 1
    wait_until(lambda: catalog.live() == {"a"} and catalog.declared(), "the gateway to ask again")
