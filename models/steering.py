"""What a person may ask of a call: pause, resume, cancel, retry. Pure: which move follows, if one does."""

from enum import StrEnum

from models.call import Call
from models.errors import AlreadyFinal, NotPausable, NotRetryable
from models.lifecycle import Move, Status


class Control(StrEnum):
    """A control, as the paths of the API name it."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


def move_for(control: Control, call: Call) -> Move | None:
    """The move that carries a control out; None when what is asked for is so already, or on its way.

    Raises AlreadyFinal, with the call's state, when it has ended or is being cancelled; NotPausable; NotRetryable.
    """
    return {
        Control.PAUSE: _pause,
        Control.RESUME: _resume,
        Control.CANCEL: _cancel,
        Control.RETRY: _retry,
    }[control](call)


def _pause(call: Call) -> Move | None:
    if call.status in (Status.PAUSING, Status.PAUSED):
        return None
    _refuse_ended(call)
    if call.status is Status.QUEUED:
        return Move.PAUSE
    if call.pausable == "no":
        raise NotPausable(f"{call.name} cannot be paused once it runs")
    return Move.ASK_PAUSE if call.claimed_by else Move.PAUSE


def _resume(call: Call) -> Move | None:
    _refuse_ended(call)
    if call.status is Status.PAUSING:
        return Move.TAKE_BACK
    if call.status is Status.PAUSED:
        return Move.RESUME if call.claimed_by else Move.REQUEUE
    return None


def _cancel(call: Call) -> Move | None:
    if call.status in (Status.CANCELLING, Status.CANCELLED):
        return None
    _refuse_ended(call)
    # A call that is pausing had a claim; if its worker is lost since, recovery ends it.
    return Move.ASK_CANCEL if call.claimed_by or call.status is Status.PAUSING else Move.CANCEL


def _retry(call: Call) -> Move | None:
    if not call.final:
        return None
    if call.status is Status.SUCCEEDED:
        raise _ended(call, f"{call.id} has succeeded; there is nothing to try again")
    if call.error and call.error["type"] in ("invalid-arguments", "unknown-tool"):
        raise NotRetryable(f"{call.id} was refused as it was written; submit a corrected call instead")
    return Move.RETRY


def _refuse_ended(call: Call) -> None:
    if call.final:
        raise _ended(call, f"{call.id} has {'been ' * (call.status is Status.CANCELLED)}{call.status} already")
    if call.status is Status.CANCELLING:
        raise _ended(call, f"{call.id} is being cancelled")


def _ended(call: Call, detail: str) -> AlreadyFinal:
    return AlreadyFinal(detail, members={"tool_call": call.state()})
