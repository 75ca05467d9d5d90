"""Any order of submits, claims, commits, controls, losses and redeliveries leaves each call's life and the files whole."""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from models.call import Call
from models.control import control_call
from models.database import Store
from models.errors import Conflict
from models.files import blob_of, list_files, read_file, store_blobs
from models.lifecycle import FINAL, MOVES, Move, Status
from models.loss import lose
from models.move import COLUMNS
from models.settings import Settings
from models.stage import Claim, advance, advance_paused, cancel, claim, fail, hand_over, park, pause, succeed
from models.steering import Control
from models.submit import submit
from models.tables import apps, call_moves, tool_calls
from tests.core.calls import CAP, ERROR, edit

PATHS = ("a", "b")
clock = itertools.count(1_000_000)


class Life(RuleBasedStateMachine):
    """One app whose calls each write their id and attempt into a file. `held` are claims, living or long gone."""

    store: Store
    keys = Bundle("keys")
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        with self.store.write() as tx:
            tx.execute(apps.delete())
        self.expected: list[tuple[int, str, bytes]] = []
        self.holder: dict[int, str] = {}
        self.count = 0

    @rule(target=keys, path=st.sampled_from(PATHS))
    def submit(self, path: str) -> int:
        self.count += 1
        with self.store.write() as tx:
            call = edit(f"c{self.count}", path)
            submission = submit(tx, "demo", "m1", [call], at=next(clock), cap=CAP, traceparent=None)
        return submission.calls[0].key

    @rule(target=held, key=keys, back=st.integers(0, 1))
    def claim(self, key: int, back: int) -> Claim | None:
        """A link arrives: the one that fits, or one of an epoch before."""
        call = self.read(key)
        with self.store.write() as tx:
            claimed = claim(tx, key, call.epoch - back, call.stage, token=f"t{next(clock)}", at=next(clock))
        if claimed:
            assert key not in self.holder, "a stage that runs was claimed by another"
            assert not back, "a link of an earlier epoch was claimed"
            self.holder[key] = claimed.token
        return claimed

    def must_hold(self, claimed: Claim, done: object, *, lets_go: bool = True) -> bool:
        """Whatever took effect, only the newest claim may have done it."""
        if done:
            assert self.holder.get(claimed.call.key) == claimed.token, "a claim that was lost took effect"
            if lets_go:
                del self.holder[claimed.call.key]
        return bool(done)

    @rule(claimed=held, fails=st.booleans())
    def commit(self, claimed: Claim | None, fails: bool) -> None:
        if claimed is None:
            return
        at, call = next(clock), claimed.call
        content = f"{call.id} {call.attempt}".encode()
        staged = {"a" if self.path_of(call) == "a" else "b": blob_of(content)}
        with self.store.write() as tx:
            store_blobs(tx, [content])
            if fails:
                self.must_hold(claimed, fail(tx, claimed, ERROR, progress=0, at=at, cap=CAP))
            elif call.stage + 1 < len(call.stages):
                if not self.must_hold(claimed, advance(tx, claimed, None, staged, at=at)):
                    paused = advance_paused(tx, claimed, None, staged, at=at, cap=CAP)
                    self.must_hold(claimed, paused)
            elif self.must_hold(claimed, succeed(tx, claimed, {"text": ""}, staged, at=at, settings=Settings())):
                self.expected.append((self.read_in(tx, call.key).seq, next(iter(staged)), content))

    @rule(claimed=held)
    def halt(self, claimed: Claim | None) -> None:
        """The stage meets a checkpoint: it stands still, gives way, or is given to another."""
        if claimed is None:
            return
        at = next(clock)
        with self.store.write() as tx:
            self.must_hold(claimed, pause(tx, claimed, progress=0, at=at), lets_go=False)
            self.must_hold(
                claimed,
                park(tx, claimed, cursor=1, at=at, cap=CAP)
                or cancel(tx, claimed, at=at, cap=CAP)
                or hand_over(tx, claimed, cursor=1, at=at),
            )

    @rule(claimed=held)
    def stand_still(self, claimed: Claim | None) -> None:
        if claimed:
            with self.store.write() as tx:
                self.must_hold(claimed, pause(tx, claimed, progress=0, at=next(clock)), lets_go=False)

    @rule(key=keys, control=st.sampled_from(Control))
    def steer(self, key: int, control: Control) -> None:
        with self.store.write() as tx, contextlib.suppress(Conflict):
            control_call(tx, control, "demo", key, at=next(clock), cap=CAP)

    @rule(key=keys)
    def lose(self, key: int) -> None:
        with self.store.write() as tx:
            lose(tx, "demo", key, self.read_in(tx, key).claimed_by, at=next(clock), cap=CAP)
        self.holder.pop(key, None)

    @precondition(lambda self: self.count)
    @invariant()
    def every_move_is_written_down_once_and_allowed(self) -> None:
        for key, rows in self.moves().items():
            assert [row["version"] for row in rows] == list(range(1, len(rows) + 1))
            for before, after in itertools.pairwise(rows):
                assert Status(before["status"]) in MOVES[Move(after["move"])][0]
            finals = [(row["attempt"], row["status"]) for row in rows if Status(row["status"]) in FINAL]
            assert len({attempt for attempt, _ in finals}) == len(finals), "a second end of one attempt"
            assert rows[-1]["version"] == self.read(key).version

    @invariant()
    def the_files_are_those_of_the_calls_that_succeeded_in_their_order(self) -> None:
        expected: dict[str, bytes] = {}
        for _, path, content in sorted(self.expected):
            expected[path] = content
        with self.store.read() as tx:
            found = {row["path"]: read_file(tx, "demo", row["path"]) for row in list_files(tx, "demo")}
        assert found == expected

    @invariant()
    def what_has_ended_holds_nothing(self) -> None:
        with self.store.read() as tx:
            for row in tx.execute(select(*COLUMNS)).mappings():
                call = Call.of(row)
                assert call.claimed_by == self.holder.get(call.key)
                assert not (call.final and call.claimed_by)
                assert call.final == (call.finished_at is not None)

    def path_of(self, call: Call) -> str:
        with self.store.read() as tx:
            accesses: Any = tx.execute(select(tool_calls.c.accesses).where(tool_calls.c.key == call.key)).scalar_one()
        return str(accesses[0][0])

    def read(self, key: int) -> Call:
        with self.store.read() as tx:
            return self.read_in(tx, key)

    @staticmethod
    def read_in(tx: Any, key: int) -> Call:
        return Call.of(tx.execute(select(*COLUMNS).where(tool_calls.c.key == key)).mappings().one())

    def moves(self) -> dict[int, list[Any]]:
        with self.store.read() as tx:
            rows = tx.execute(select(call_moves).order_by(call_moves.c.call_key, call_moves.c.version)).mappings().all()
        return {key: list(group) for key, group in itertools.groupby(rows, key=lambda row: row["call_key"])}


@pytest.fixture
def life(store: Store) -> Iterator[type[Life]]:
    yield type("Life", (Life,), {"store": store})


def test_any_order_of_events_leaves_every_call_whole(life: type[Life]) -> None:
    sizes = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(life, settings=sizes)
