"""Twins of one request that come through two gateways: one change, and one answer for all of them."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import cycle, islice

import httpx
import pytest

from models.database import Store
from models.turn import lock_app
from ops.local.stack import Stack
from tests.core.together import WAITING, together
from tests.wait import wait_until

TWINS = 20
APP = "/v1/apps/twins/messages"


@pytest.fixture
def gateways(postgres_stack: Stack) -> Iterator[list[httpx.Client]]:
    """A client for each of the two gateways."""
    headers = {"Authorization": f"Bearer {postgres_stack.key}", "Content-Type": "application/json"}
    with ExitStack() as stack:
        yield [
            stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=60)) for url in postgres_stack.urls
        ]


def post(client: httpx.Client, path: str, body: bytes, key: str) -> httpx.Response:
    return client.post(path, content=body, headers={"Idempotency-Key": key})


def is_replayed(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def batch(*ids: str) -> bytes:
    calls = [{"id": id, "name": "os-write", "arguments": {"file_path": f"{id}.txt", "content": id}} for id in ids]
    return json.dumps({"tool_calls": calls}).encode()


@pytest.mark.parametrize("round", range(5))
def test_twins_through_two_gateways_are_one_change_and_get_one_answer(gateways: list[httpx.Client], round: int) -> None:
    message = f"{APP}/m{round}"
    for path, body in (("text", b'{"text": "Hi"}'), ("tool-calls", batch("c1", "c2", "c3"))):
        send = [partial(post, client, f"{message}/{path}", body, f"{path}-{round}") for client in gateways]
        answers = together(*islice(cycle(send), TWINS))
        assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
        assert [is_replayed(answer) for answer in answers].count(False) == 1
    found = gateways[0].get(f"{message}?wait=60").json()
    assert found["flow"] == [{"type": "text", "text": "Hi"}, {"type": "tool_calls", "ids": ["c1", "c2", "c3"]}]
    assert [call["status"] for call in found["tool_calls"]] == ["succeeded"] * 3


def test_a_twin_makes_the_change_when_the_gateway_of_the_first_is_killed(
    postgres_stack: Stack, gateways: list[httpx.Client]
) -> None:
    post(gateways[0], f"{APP}/killed/text", b'{"text": "Before"}', "before").raise_for_status()
    twins = [partial(post, client, f"{APP}/killed/text", b'{"text": "Hi"}', "killed") for client in gateways]
    with closing(Store(postgres_stack.database_url)) as store, ThreadPoolExecutor(2) as pool:
        # Whoever holds the app's row holds up the first in the middle of its transaction.
        with store.write() as tx:
            lock_app(tx, "twins", 1.0)
            first = pool.submit(twins[0])
            wait_until(lambda: waiting(store) == 1, "the first to wait for the app")
            second = pool.submit(twins[1])
            wait_until(lambda: waiting(store) == 2, "the second to wait for the first")
            postgres_stack.signal("gateway", signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                first.result(30)
        answer = second.result(60)
    postgres_stack.wait_until_ready()
    assert (answer.status_code, is_replayed(answer)) == (202, False)
    again = twins[0]()
    assert (again.content, is_replayed(again)) == (answer.content, True)
    assert answer.json()["flow"] == [{"type": "text", "text": "Before"}, {"type": "text", "text": "Hi"}]


def waiting(store: Store) -> int:
    """How many transactions of this database wait for a lock."""
    with store.read() as tx:
        return int(tx.exec_driver_sql(WAITING).scalar_one())
