"""Any order of submits, claims, commits, controls, losses and redeliveries leaves each call's life and the files whole."""

import contextlib
import itertools
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, select

from models.call import Call
from models.control import control_call
from models.database import Store
from models.errors import Conflict
from models.files import blob_of, list_files, read_file, store_blobs
from models.lifecycle import FINAL, MOVES, Move, Status
from models.loss import abandoned, condemn, lose
from models.move import COLUMNS
from models.settings import Settings
from models.stage import (
    Claim,
    advance,
    advance_paused,
    back_off,
    cancel,
    claim,
    fail,
    give_back,
    hand_over,
    park,
    pause,
    succeed,
)
from models.steering import Control
from models.submit import submit
from models.tables import apps, call_moves, tool_calls
from tests.core.calls import CAP, ERROR, STAGES, edit

PATHS = ("a", "b")
MOST_CALLS = 4
clock = itertools.count(1_000_000)
CONTROLS = [Control.PAUSE, Control.RESUME, Control.PAUSE, Control.RESUME, Control.CANCEL, Control.RETRY]
EVENTS = ["submit", "deliver_again", "commit_late", "reconcile"] + ["work"] * 5 + ["steer"] * 3 + ["disturb"] * 3
DEEDS = ["halt", "halt", "pause", "back off", "give back", "lose", "condemn"]
RARELY = st.sampled_from([False, False, False, True])


class Life(RuleBasedStateMachine):
    """One app whose calls each write their id and attempt into a file. `claims` are all that there were, living or not."""

    store: Store
    seen: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        with self.store.write() as tx:
            tx.execute(apps.delete())
        self.expected: list[tuple[int, str, bytes]] = []
        self.holder: dict[int, str] = {}
        self.claims: list[Claim] = []
        self.keys: list[int] = []
        self.read_before: list[Call] = []

    def teardown(self) -> None:
        self.seen.update(row["move"] for rows in self.moves().values() for row in rows)
        self.every_call_can_be_brought_to_an_end()

    @precondition(lambda self: self.keys)
    @rule(data=st.data(), event=st.sampled_from(EVENTS))
    def happen(self, data: st.DataObject, event: str) -> None:
        """One rule for all, for of several Hypothesis leaves some out in each run, and a life needs all of them."""
        getattr(self, event)(data)

    @initialize(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        if len(self.keys) == MOST_CALLS:
            return
        with self.store.write() as tx:
            call = edit(f"c{len(self.keys)}", data.draw(st.sampled_from(PATHS)))
            submission = submit(tx, "demo", "m1", [call], at=next(clock), cap=CAP, traceparent=None)
        self.keys.append(submission.calls[0].key)

    def work(self, data: st.DataObject) -> None:
        """A call goes on as nobody hinders it: its link arrives, or its stage ends."""
        call = self.read(data.draw(st.sampled_from(self.keys)))
        held = next((one for one in self.claims if one.token == self.holder.get(call.key)), None)
        if held:
            self.commit(held, fails=data.draw(RARELY))
        else:
            self.claim(call, call.epoch)

    def deliver_again(self, data: st.DataObject) -> None:
        """A link comes a second time, or one of an earlier epoch comes late."""
        call = self.read(data.draw(st.sampled_from(self.keys)))
        self.claim(call, call.epoch - data.draw(st.integers(0, 2)))

    def commit_late(self, data: st.DataObject) -> None:
        if self.claims:
            self.commit(data.draw(st.sampled_from(self.claims)), fails=data.draw(RARELY))

    def steer(self, data: st.DataObject) -> None:
        control = data.draw(st.sampled_from(CONTROLS))
        # Others may have moved it since it was read.
        self.read_before.append(self.read(data.draw(st.sampled_from(self.keys))))
        call = data.draw(st.sampled_from(self.read_before))
        with self.store.write() as tx, contextlib.suppress(Conflict):
            control_call(tx, control, call, at=next(clock), cap=CAP)

    def disturb(self, data: st.DataObject) -> None:
        """Something comes between a claim, most often one that is held, and its commit."""
        if not self.claims:
            return
        deed = data.draw(st.sampled_from(DEEDS))
        held = [one for one in self.claims if self.holder.get(one.call.key) == one.token]
        claimed = data.draw(st.sampled_from(self.claims if not held or data.draw(RARELY) else held))
        with self.store.write() as tx:
            match deed:
                case "halt":
                    self.halt(tx, claimed)
                case "pause":
                    self.must_hold(claimed, pause(tx, claimed, progress=0, at=next(clock)), lets_go=False)
                case "back off":
                    outcome = back_off(tx, claimed, note="", seconds=1, at=next(clock), cap=CAP)
                    self.must_hold(claimed, outcome)
                case "give back":
                    give_back(tx, claimed.call.key, claimed.token)
                    self.let_go(claimed)
                case "condemn":
                    condemn(tx, claimed.call.key, claimed.token)
                case _:
                    self.lose(tx, claimed)

    def reconcile(self, data: st.DataObject) -> None:
        """Abandoned calls are brought on; and somebody does so who saw them before."""
        with self.store.write() as tx:
            if data.draw(st.booleans()):
                lose(tx, "demo", data.draw(st.sampled_from(self.keys)), None, at=next(clock), cap=CAP)
            for app_id, key in abandoned(tx, limit=CAP):
                lose(tx, app_id, key, None, at=next(clock), cap=CAP)

    def claim(self, call: Call, epoch: int) -> None:
        token = f"t{next(clock)}"
        with self.store.write() as tx:
            claimed = claim(tx, call.key, epoch, call.stage, token=token, at=next(clock))
        if claimed:
            assert call.key not in self.holder, "a stage that runs was claimed by another"
            assert epoch == call.epoch, "a link of an earlier epoch was claimed"
            self.holder[call.key] = token
            self.claims.append(claimed)

    def commit(self, claimed: Claim, *, fails: bool) -> None:
        at, call = next(clock), claimed.call
        content = f"{call.id} {call.attempt}".encode()
        path, staged = self.path_of(call), {self.path_of(call): blob_of(content)}
        with self.store.write() as tx:
            store_blobs(tx, [content])
            if fails:
                self.must_hold(claimed, fail(tx, claimed, ERROR, progress=0, at=at, cap=CAP))
            elif call.stage + 1 < len(call.stages):
                if not self.must_hold(claimed, advance(tx, claimed, None, staged, at=at)):
                    paused = advance_paused(tx, claimed, None, staged, at=at, cap=CAP)
                    self.must_hold(claimed, paused)
            elif self.must_hold(claimed, succeed(tx, claimed, {"text": ""}, staged, at=at, settings=Settings())):
                self.expected.append((self.read_in(tx, call.key).seq, path, content))

    def halt(self, tx: Connection, claimed: Claim) -> None:
        """The stage meets a checkpoint: it stands still and is parked, gives way, or is given to another."""
        at = next(clock)
        self.must_hold(claimed, pause(tx, claimed, progress=0, at=at), lets_go=False)
        self.must_hold(
            claimed,
            park(tx, claimed, cursor=1, at=at, cap=CAP)
            or cancel(tx, claimed, at=at, cap=CAP)
            or hand_over(tx, claimed, cursor=1, at=at),
        )

    def lose(self, tx: Connection, claimed: Claim) -> None:
        """The process of a claim is gone."""
        lose(tx, "demo", claimed.call.key, claimed.token, at=next(clock), cap=CAP)
        self.let_go(claimed)

    def must_hold(self, claimed: Claim, done: object, *, lets_go: bool = True) -> bool:
        """Whatever took effect, only the newest claim may have done it."""
        if done:
            assert self.holder.get(claimed.call.key) == claimed.token, "a claim that was lost took effect"
            if lets_go:
                self.let_go(claimed)
        return bool(done)

    def let_go(self, claimed: Claim) -> None:
        if self.holder.get(claimed.call.key) == claimed.token:
            del self.holder[claimed.call.key]

    @precondition(lambda self: self.keys)
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

    def every_call_can_be_brought_to_an_end(self) -> None:
        """Workers die, the reconciler does its part, everything is resumed, and then nobody hinders anything."""
        with self.store.write() as tx:
            for claimed in self.claims:
                self.lose(tx, claimed)
            for app_id, key in abandoned(tx, limit=CAP):
                lose(tx, app_id, key, None, at=next(clock), cap=CAP)
            for key in self.keys:
                with contextlib.suppress(Conflict):
                    control_call(tx, Control.RESUME, self.read_in(tx, key), at=next(clock), cap=CAP)
        # A call that waits for others is taken up again after them.
        for key in self.keys * len(self.keys):
            for _ in STAGES:
                if not (call := self.read(key)).final:
                    self.claim(call, call.epoch)
                    if key in self.holder:
                        self.commit(self.claims[-1], fails=False)
        assert all(self.read(key).final for key in self.keys)
        self.the_files_are_those_of_the_calls_that_succeeded_in_their_order()

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


def test_any_order_of_events_leaves_every_call_whole(store: Store) -> None:
    seen: Counter[str] = Counter()
    life = type("Life", (Life,), {"store": store, "seen": seen})
    phases = [Phase.generate, Phase.shrink]
    sizes = settings(
        max_examples=40, stateful_step_count=40, deadline=None, phases=phases, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(life, settings=sizes)
    # A machine that reaches little proves little.
    assert set(seen) > {Move.START, Move.ADVANCE, Move.SUCCEED, Move.ASK_PAUSE, Move.PAUSE, Move.REQUEUE, Move.CANCEL}
