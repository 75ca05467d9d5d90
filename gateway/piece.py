"""What a stream sends: events joined in pieces, the heartbeat, and its end."""

from collections.abc import Iterator
from secrets import SystemRandom

import orjson

from gateway.reader import Frame, encode
from gateway.watch import Watch

HEARTBEAT = b":\n"
RETRY_MS = 1000
RETRY = b"retry: %d\n" % RETRY_MS
# Whoever was sent away comes back at a moment of their own, not all together.
RETRY_MS_AFTER = {"overloaded": (3000, 10_000), "shutdown": (500, 2500), "unavailable": (1000, 5000)}
PIECE_BYTES = 256 * 1024

chance = SystemRandom()


def pieces(frames: list[Frame], watch: Watch) -> Iterator[bytes]:
    """The frames as bytes, in pieces small enough that a client which reads slowly is waited for between them."""
    piece: list[Frame] = []
    size = 0
    for frame in frames:
        if size + len(frame.sse) > PIECE_BYTES and piece:
            yield _joined(piece, watch)
            piece, size = [], 0
        piece.append(frame)
        size += len(frame.sse)
    if piece:
        yield _joined(piece, watch)


def _joined(frames: list[Frame], watch: Watch) -> bytes:
    if not watch.batch_seconds:
        return b"".join(frame.sse for frame in frames)
    events = b",".join(b'{"event":"%b","data":%b}' % (one.event.kind.encode(), one.event.data) for one in frames)
    return encode(str(frames[-1].event.id), "batch", b'{"events":[%b]}' % events)


def turned_idle(frames: list[Frame]) -> bool | None:
    """Whether the last turn of a message among these left it idle, with a call; None when there is no turn."""
    turns = [frame for frame in frames if frame.event.kind == "message"]
    if not turns:
        return None
    message = orjson.loads(turns[-1].event.data)
    return bool(message["status"] == "idle" and message["counts"]["total"])


def end(reason: str) -> bytes:
    fewest, most = RETRY_MS_AFTER.get(reason, (RETRY_MS, RETRY_MS))
    return b'retry: %d\nevent: end\ndata: {"reason":"%b"}\n\n' % (chance.randint(fewest, most), reason.encode())
