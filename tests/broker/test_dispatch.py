"""The chain of a call's remaining stages, as it lies in the queue of a real broker."""

from dataclasses import replace

import pytest
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from broker import queues
from broker.app import make_celery
from broker.dispatch import dispatch, task_name
from broker.queues import queue_depths, waiting_links
from models.call import Call
from ops.local.port import free_port
from tests.core.calls import as_call
from tests.core.door import Door
from tests.core.links import take_links

NAMES = ("draw.one", "draw.two", "draw.three")


def call(stage: int = 0) -> Call:
    """A call of three stages on the queue `media`, about to go on at one of them."""
    stages = [{"name": name.partition(".")[2], "until": 10.0} for name in NAMES]
    return as_call(name="draw", queue="media", stage=stage, stages=stages, title="private", target="private")


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_chain_has_the_stages_that_remain(celery: Celery, client: redis.Redis, stage: int) -> None:
    dispatch(celery, call(stage))
    (link,) = take_links(client, "media")
    assert (link.task, *link.rest) == NAMES[stage:]
    assert (link.id, link.arguments) == (f"7.3.{stage}", [7, 3, stage, stage])


def test_the_links_that_follow_carry_only_key_epoch_and_stages(celery: Celery, client: redis.Redis) -> None:
    dispatch(celery, call())
    (link,) = take_links(client, "media")
    arguments, keywords, embedded = link.body
    assert (arguments, keywords) == ([7, 3, 0, 0], {})
    for index, follower in enumerate(reversed(embedded["chain"]), start=1):
        assert (follower["args"], follower["kwargs"], follower["immutable"]) == ([7, 3, index, index], {}, True)
        assert (follower["options"]["task_id"], follower["options"]["queue"]) == (f"7.3.{index}", "media")
    assert "private" not in str(link.body)


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_shared_link_runs_all_stages_that_remain(celery: Celery, client: redis.Redis, stage: int) -> None:
    dispatch(celery, call(stage), share_links=True)
    (link,) = take_links(client, "media")
    assert (link.task, link.rest) == (NAMES[stage], ())
    assert (link.id, link.arguments) == (f"7.3.{stage}", [7, 3, stage, 2])


def test_a_task_is_named_by_tool_and_stage() -> None:
    assert task_name("os-write", "writing") == "os-write.writing"


def test_a_chain_can_be_sent_to_an_emptied_broker(celery: Celery, client: redis.Redis) -> None:
    dispatch(celery, call())
    client.flushall()
    dispatch(celery, call())
    assert len(take_links(client, "media")) == 1


def test_the_depth_of_every_queue_is_known(celery: Celery, client: redis.Redis) -> None:
    for _ in range(3):
        dispatch(celery, call())
    assert queue_depths(celery) == {"files": 0, "media": 3, "builds": 0}


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7])
def test_all_links_that_wait_are_known_however_few_are_read_at_once(
    celery: Celery, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(queues, "READ_AT_ONCE", 3)
    for key in range(count):
        dispatch(celery, replace(call(), key=key))
    dispatch(celery, replace(call(), key=9, queue="files"))
    assert waiting_links(celery, {"media"}) == {f"{key}.3.0" for key in range(count)}
    assert waiting_links(celery, {"media", "files"}) == {f"{key}.3.0" for key in [*range(count), 9]}


def test_a_broker_that_is_no_redis_cannot_say_which_links_wait() -> None:
    assert waiting_links(celery_at("memory://"), {"media"}) is None


def test_a_broker_that_is_away_is_told() -> None:
    app = celery_at(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(OperationalError):
        dispatch(app, call())
    with pytest.raises(OperationalError):
        queue_depths(app)
    with pytest.raises(OperationalError):
        waiting_links(app, {"media"})


def test_a_broker_that_comes_back_is_used_again(client: redis.Redis, redis_url: str) -> None:
    with Door(redis_url) as door:
        app = celery_at(door.url)
        dispatch(app, call())
        door.shut()
        with pytest.raises(OperationalError):
            dispatch(app, call())
        door.open()
        dispatch(app, call())
        app.close()
    assert len(take_links(client, "media")) == 2


def celery_at(url: str) -> Celery:
    app = make_celery()
    app.conf.update(broker_url=url)
    return app


def test_the_trace_rides_in_the_headers_of_every_link(celery: Celery, client: redis.Redis) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    dispatch(celery, replace(call(), traceparent=trace))
    (link,) = take_links(client, "media")
    assert link.headers["traceparent"] == trace
    assert all(follower["options"]["headers"] == {"traceparent": trace} for follower in link.body[2]["chain"])
