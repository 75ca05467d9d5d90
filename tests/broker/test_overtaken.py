"""Publishers that overtake each other turn no view back: what a log shows of a call only ever gets newer."""

import secrets

import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.history import History
from broker.log import EventId, EventLog
from models.events import Entry
from models.settings import Settings
from tests.core.entries import moved, progressed


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, float, bool]]:
    """A call's history as its rows and its worker made it: (version, progress, is it progress)."""
    told, progress = [], 0.0
    for version in range(1, draw(st.integers(2, 5))):
        told.append((version, progress, False))
        for more in draw(st.lists(st.sampled_from([0.0, 1.5, 10.0]), max_size=3)):
            progress += more
            told.append((version, progress, True))
        progress = draw(st.sampled_from([progress, 0.0]))
    return told


@given(life=lives(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_two_publishers_of_one_call_never_turn_a_view_back(
    shared_client: redis.Redis, redis_url: str, life: list[tuple[int, float, bool]], data: st.DataObject
) -> None:
    app, config = secrets.token_hex(6), Settings(redis_url=redis_url)
    writers = [EventLog(shared_client, config), EventLog(shared_client, config)]
    # Each tells a part of the history, in order, the second all of the moves: the runner, and who comes after it.
    mine = [one for one in life if one[2] or data.draw(st.booleans(), "told by the first")]
    todo = [mine, [one for one in life if not one[2]]]
    while any(todo):
        who = data.draw(st.sampled_from([index for index, rest in enumerate(todo) if rest]), "who is next")
        writers[who].append([entry(app, *todo[who].pop(0))])
    history = History(shared_client, config)
    shown = history.after(app, EventId(history.position(app).era, 0, 0)) or []
    seen = [(event.version, event.progress) for event in shown]
    assert seen == sorted(seen)
    assert seen[-1] == max((version, progress) for version, progress, _ in mine + life[-1:])
    versions = [event.version for event in shown if not event.live]
    assert len(versions) == len(set(versions))


def entry(app: str, version: int, progress: float, is_progress: bool) -> Entry:
    return progressed(version, progress, app=app) if is_progress else moved(version, progress, app=app)
