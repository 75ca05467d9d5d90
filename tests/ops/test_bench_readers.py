"""The bench's many readers: that they count what came, and would see what was lost or came twice."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.bench.processes import resident_kib
from ops.bench.replayer import Reader
from ops.bench.watcher import Record, Stream

OPENED = b"retry: 1000\nid: a-1-0\nevent: snapshot\ndata: {}\n\n"


def told(*numbers: int) -> bytes:
    return b"".join(b'id: a-2-%d\nevent: log\ndata: {"number":%d,"lines":[]}\n\n' % (one, one) for one in numbers)


def test_a_reader_that_gets_what_it_missed_goes_on_from_there() -> None:
    reader = Reader(OPENED)
    assert reader.last_id == b"a-1-0"
    assert reader.went_on(told(1, 2), 2)
    assert reader.last_id == b"a-2-2"
    assert reader.went_on(told(3), 1)


@pytest.mark.parametrize("numbers", [(1, 3), (1, 1, 2), (2, 1), (1, 2, 3), (1,)])
def test_a_reader_notices_what_is_lost_doubled_or_out_of_order(numbers: tuple[int, ...]) -> None:
    assert not Reader(OPENED).went_on(told(*numbers), 2)


def test_a_reader_that_gets_a_snapshot_instead_is_wrong() -> None:
    assert not Reader(OPENED).went_on(OPENED + told(2), 2)


@given(st.lists(st.sampled_from([b"\n", b"\r\n"]), max_size=6), st.integers(1, 30))
def test_events_are_tallied_wherever_the_network_cuts_them_and_heartbeats_are_not(ends: list[bytes], step: int) -> None:
    sent = b"".join(end.join((b"event: log", b'data: {"a":1}', b"", b": ping", b"", b"")) for end in ends)
    record = Record()
    with socket.socket() as unused:
        stream = Stream(unused, tally=True)
        for at in range(0, len(sent), step):
            stream.feed(at, sent[at : at + step], record)
    assert record.seen["any"] == len(ends)


def test_arrivals_are_kept_by_their_number_on_a_stream() -> None:
    record = Record(arrivals=[])
    record.arrive(5, 0, 2)
    record.arrive(7, 0, 1)
    assert record.arrivals == [[5, 7], [5]]


def test_the_memory_of_a_process_is_known_where_the_system_tells(tmp_path: Path) -> None:
    used = resident_kib(os.getpid())
    assert used is None or used > 1000
    assert resident_kib(os.getpid(), tmp_path) is None
