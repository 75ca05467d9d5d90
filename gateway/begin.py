"""How a stream begins: with a replay of what its client missed, or a snapshot."""

from broker.log import EventId
from gateway.context import Gateway, in_thread
from gateway.piece import HEARTBEAT, pieces, turned_idle
from gateway.reader import Frame, Reader, encode
from gateway.snapshot import take_snapshot
from gateway.watch import Watch
from models.message import find_message


async def begin(gateway: Gateway, watch: Watch, reader: Reader) -> tuple[list[bytes], bool]:
    """The stream's first bytes, and whether with them it is done."""
    if isinstance(watch.last, EventId):
        replayed = await _replay(gateway, watch, watch.last, reader)
        if replayed is not None:
            return replayed
    chunk, done = await snapshot(gateway, watch, reader, "resync" if watch.last else "open")
    return [chunk], done


async def _replay(gateway: Gateway, watch: Watch, last: EventId, reader: Reader) -> tuple[list[bytes], bool] | None:
    # Asked before the history is read: what makes the message finished is then in the history, or before it.
    finished = watch.until_idle and await in_thread(_is_finished, gateway, watch)
    events = await in_thread(gateway.history.after, watch.app_id, last)
    if events is None:
        return None
    reader.start_after(events[-1].id if events else last)
    mine = Reader(watch.message_id, limit=len(events) + 1)
    for event in events:
        if watch.message_id in (None, event.message_id):
            mine.push(Frame(event))
    frames = await mine.take(0)
    turned = turned_idle(frames)
    done = watch.until_idle and (finished if turned is None else turned)
    return list(pieces(frames, watch)) or [HEARTBEAT], done


async def snapshot(gateway: Gateway, watch: Watch, reader: Reader, reason: str) -> tuple[bytes, bool]:
    """The whole state as one event, and whether with it the stream is done."""
    reader.resync = False
    arguments = (gateway.store, gateway.history, watch.app_id, watch.message_id, reason)
    taken = await in_thread(take_snapshot, *arguments)
    reader.start_after(taken.id, taken.shown)
    return encode(str(taken.id), "snapshot", taken.data), watch.until_idle and taken.done


def _is_finished(gateway: Gateway, watch: Watch) -> bool:
    """Whether the message is idle, has had a call, and its being idle was told."""
    with gateway.store.read() as tx:
        message = find_message(tx, watch.app_id, watch.message_id or "")
    if message is None or message.status != "idle" or not message.counts["total"]:
        return False
    return gateway.history.version_told(watch.app_id, f"{message.id}//") >= message.version
