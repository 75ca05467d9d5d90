"""Streamed progress is not in the rows; here it is laid over them, so that a reader of rows sees what watchers see."""

from collections.abc import Sequence
from typing import Any

import orjson

from broker.history import History
from models.call import Call
from models.events import subject_of

Shown = dict[str, tuple[int, float]]


def with_progress(history: History, app_id: str, calls: Sequence[Call]) -> tuple[list[dict[str, Any]], Shown]:
    """The calls' states with their newest progress, and by subject the version and progress that they show.

    Raises redis.RedisError.
    """
    states = [call.state() for call in calls]
    shown = {subject_of(call.message_id, call.id): (call.version, call.progress) for call in calls}
    running = {subject_of(call.message_id, call.id): index for index, call in enumerate(calls) if not call.final}
    for subject, (version, progress, data) in history.newest(app_id, list(running)).items():
        if (version, progress) >= shown[subject]:
            states[running[subject]] = orjson.loads(data)
            shown[subject] = (version, progress)
    return states, shown
