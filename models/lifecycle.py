"""The legal life of a call: every move, from which statuses, to which. No I/O; no other file names a target status."""

from enum import StrEnum


class Status(StrEnum):
    """What a call is doing; the meaning of each is in the public contract."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What can happen to a call."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    RELEASE = "release"
    START = "start"
    ADVANCE = "advance"
    SUCCEED = "succeed"
    FAIL = "fail"
    ASK_PAUSE = "ask-pause"
    PAUSE = "pause"
    TAKE_BACK = "take-back"
    RESUME = "resume"
    REQUEUE = "requeue"
    ASK_CANCEL = "ask-cancel"
    CANCEL = "cancel"
    BACK_OFF = "back-off"
    LOSE = "lose"
    RETRY = "retry"


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})
UNFINISHED = frozenset(Status) - FINAL
HOLDS_SLOT = frozenset({Status.QUEUED, Status.RUNNING, Status.PAUSING, Status.CANCELLING})

BIRTHS: dict[Move, Status] = {Move.ACCEPT: Status.QUEUED, Move.REFUSE: Status.FAILED}

MOVES: dict[Move, tuple[frozenset[Status], Status]] = {
    Move.RELEASE: (frozenset({Status.QUEUED}), Status.QUEUED),
    Move.START: (frozenset({Status.QUEUED}), Status.RUNNING),
    Move.ADVANCE: (frozenset({Status.RUNNING}), Status.RUNNING),
    Move.SUCCEED: (frozenset({Status.RUNNING, Status.PAUSING}), Status.SUCCEEDED),
    Move.FAIL: (frozenset({Status.QUEUED, Status.RUNNING, Status.PAUSING}), Status.FAILED),
    Move.ASK_PAUSE: (frozenset({Status.RUNNING}), Status.PAUSING),
    Move.PAUSE: (frozenset({Status.QUEUED, Status.RUNNING, Status.PAUSING}), Status.PAUSED),
    Move.TAKE_BACK: (frozenset({Status.PAUSING}), Status.RUNNING),
    Move.RESUME: (frozenset({Status.PAUSED}), Status.RUNNING),
    Move.REQUEUE: (frozenset({Status.PAUSED}), Status.QUEUED),
    Move.ASK_CANCEL: (frozenset({Status.RUNNING, Status.PAUSING, Status.PAUSED}), Status.CANCELLING),
    Move.CANCEL: (frozenset({Status.QUEUED, Status.RUNNING, Status.PAUSED, Status.CANCELLING}), Status.CANCELLED),
    Move.BACK_OFF: (frozenset({Status.RUNNING}), Status.QUEUED),
    Move.LOSE: (frozenset({Status.RUNNING}), Status.RUNNING),
    Move.RETRY: (frozenset({Status.FAILED, Status.CANCELLED}), Status.QUEUED),
}


class IllegalMove(Exception):
    """Raised when a move is made from a status that it does not start from."""


def follow(status: Status, move: Move) -> Status:
    """The status after a move. Raises IllegalMove."""
    sources, target = MOVES[move]
    if status not in sources:
        raise IllegalMove(f"{move} from {status}")
    return target
