"""The reader's queue: newer progress replaces unsent progress, everything else arrives, in the order of ids."""

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from broker.log import Event, EventId
from gateway.reader import Chunks, Frame, Reader

ERA = "e1"


def event(number: int, subject: str, version: int, progress: float, *, live: bool, kind: str = "tool_call") -> Event:
    return Event(EventId(ERA, 1000, number), kind, "m1", subject, version, progress, live, b"{}")


def history(choices: Sequence[tuple[int, bool]]) -> list[Event]:
    """A legal history: each subject's versions rise with moves, and its progress within a version."""
    versions, progress, events = [0, 0, 0], [0.0, 0.0, 0.0], []
    for number, (subject, live) in enumerate(choices, start=1):
        if live and versions[subject]:
            progress[subject] += 1
        else:
            versions[subject] += 1
            live = False
        events.append(event(number, f"m1/c{subject}", versions[subject], progress[subject], live=live))
    return events


histories = st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=60).map(history)


def take(reader: Reader) -> list[Event]:
    return [frame.event for frame in asyncio.run(reader.take(0))]


@given(histories, st.lists(st.integers(0, 60)))
def test_only_replaced_progress_is_missing_and_ids_rise(events: list[Event], pauses: list[int]) -> None:
    reader, got = Reader("m1", limit=1000), []
    for number, one in enumerate(events):
        if number in pauses:
            got += take(reader)
        reader.push(Frame(one))
    got += take(reader)
    assert [one.id for one in got] == sorted({one.id for one in got})
    for missing in set(events) - set(got):
        assert missing.live
        assert any(one.subject == missing.subject and one.live and one.id > missing.id for one in got)


@given(histories, st.integers(0, 60))
def test_what_came_while_history_was_read_is_neither_doubled_nor_lost(events: list[Event], seen: int) -> None:
    reader = Reader("m1", limit=1000)
    for one in events:
        reader.push(Frame(one))
    last = events[: seen + 1][-1].id if events else EventId(ERA, 0, 0)
    reader.start_after(last)
    got = take(reader)
    assert all(one.id > last for one in got)
    assert {one for one in events if one.id > last and not one.live} <= set(got)


def test_nothing_older_than_what_a_snapshot_showed_is_told() -> None:
    reader = Reader("m1", limit=10)
    reader.start_after(EventId(ERA, 1000, 0), {"m1/c1": (3, 40.0)})
    reader.push(Frame(event(1, "m1/c1", 2, 0, live=False)))
    reader.push(Frame(event(2, "m1/c1", 3, 40, live=True)))
    reader.push(Frame(event(3, "m1/c1", 3, 41, live=True)))
    reader.push(Frame(event(4, "m1/c2", 1, 0, live=False)))
    assert [one.id.n for one in take(reader)] == [3, 4]


def test_a_reader_that_lags_too_far_is_over_and_keeps_nothing() -> None:
    reader = Reader("m1", limit=3)
    for number in range(1, 6):
        reader.push(Frame(event(number, f"m1/c{number}", 1, 0, live=False)))
    assert reader.over == "slow-consumer"
    assert take(reader) == []


def test_progress_alone_never_cuts_a_reader_off() -> None:
    reader = Reader("m1", limit=3)
    for number in range(1, 1000):
        reader.push(Frame(event(number, "m1/c1", 1, number / 10, live=True)))
    assert reader.over is None
    assert [one.id.n for one in take(reader)] == [999]


def test_what_is_lost_while_a_snapshot_is_taken_is_still_lost_after_it() -> None:
    reader = Reader("m1", limit=10)
    reader.push(Frame(event(1, "m1/c1", 1, 0, live=False)))
    reader.lose()
    reader.start_after(EventId(ERA, 1000, 0))
    assert reader.resync
    assert take(reader) == []


def test_progress_and_logs_are_gathered_until_a_change_of_status() -> None:
    reader = Reader("m1", limit=10)

    async def gather() -> list[Event]:
        taking = asyncio.create_task(reader.take(60, gather=3600))
        for number, kind, live in [(1, "tool_call", True), (2, "log", False), (3, "flow", False)]:
            reader.push(Frame(event(number, f"m1/c{number}", 1, 0, live=live, kind=kind)))
            await asyncio.sleep(0)
            assert not taking.done()
        reader.push(Frame(event(4, "m1/c4", 1, 0, live=False)))
        return [frame.event for frame in await taking]

    assert [one.id.n for one in asyncio.run(gather())] == [1, 2, 3, 4]


def test_gathering_ends_with_the_stream() -> None:
    reader = Reader("m1", limit=10)

    async def gather() -> list[Event]:
        taking = asyncio.create_task(reader.take(60, gather=3600))
        reader.push(Frame(event(1, "m1/c1", 1, 0, live=True)))
        await asyncio.sleep(0)
        reader.stop("shutdown")
        return [frame.event for frame in await taking]

    assert [one.id.n for one in asyncio.run(gather())] == [1]


def test_an_event_is_one_block_with_lf_line_ends() -> None:
    frame = Frame(event(7, "m1/c1", 1, 0, live=False))
    assert frame.sse == b"event: tool_call\ndata: {}\nid: e1-1000-7\n\n"


def test_while_its_stream_waits_events_are_written_together_and_in_order_with_those_that_could_not_be() -> None:
    async def run() -> tuple[list[bytes], list[Frame]]:
        reader, written, is_slow = Reader("m1", limit=1000), [], False

        def write(chunk: bytes) -> bool:
            if not is_slow:
                written.append(chunk)
            return not is_slow

        reader.write_through(write)
        frames = [Frame(event(number, "", 1, 0, live=False, kind="log")) for number in range(1, 7)]
        assert not reader.push(frames[0])
        assert await reader.take(5) == [frames[0]]
        taking = asyncio.create_task(reader.take(5))
        await asyncio.sleep(0)
        assert reader.push(frames[1]) and reader.push(frames[2])
        reader.write_out(Chunks())
        reader.write_out(Chunks())
        is_slow = True
        assert reader.push(frames[3])
        reader.write_out(Chunks())
        is_slow = False
        assert reader.push(frames[4])
        taken = await taking
        reader.write_out(Chunks())
        assert not reader.push(frames[5])
        return written, taken + await reader.take(5)

    written, taken = asyncio.run(run())
    (chunk,) = written
    size, _, rest = chunk.partition(b"\r\n")
    assert int(size, 16) == len(rest) - 2
    assert [line for line in rest.split(b"\n") if line.startswith(b"id")] == [b"id: e1-1000-2", b"id: e1-1000-3"]
    assert [frame.event.id.n for frame in taken] == [4, 5, 6]
