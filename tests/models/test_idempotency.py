"""The first answer to an idempotency key: kept with its change, given to twins, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from models.database import Store
from models.errors import IdempotencyMismatch
from models.idempotency import KEPT_SECONDS, IdempotencyKey, Kept, answer_once, keep_answer
from models.jsontext import encode
from models.tables import api_keys, idempotency_keys
from tests.core.calls import add, edit
from tests.core.together import beside, is_stuck, together
from tests.wait import wait_until

AT = 1_000_000.0


@pytest.fixture
def owner(store: Store) -> int:
    """The id of an API key."""
    return make_owner(store, "first")


def make_owner(store: Store, name: str) -> int:
    with store.write() as tx:
        statement = insert(api_keys).values(name=name, sha256=name, created_at=AT)
        return int(tx.execute(statement.returning(api_keys.c.id)).scalar_one())


def asking(owner: int, fingerprint: str = "this", key: str = "k1") -> IdempotencyKey:
    return IdempotencyKey(owner, key, fingerprint)


def change(tx: Connection, once: IdempotencyKey, answer: Any = "mine", at: float = AT) -> Any:
    """Answer as a gateway does: with the first answer, else with this one, which is kept."""
    if kept := answer_once(tx, once, at=at):
        return kept.answer["is"]
    keep_answer(tx, once, 202, {"is": answer})
    return answer


def changing(store: Store, once: IdempotencyKey, answer: Any = "mine", at: float = AT) -> Any:
    with store.write() as tx:
        return change(tx, once, answer, at)


def test_the_first_answer_is_given_again(store: Store, owner: int) -> None:
    with store.write() as tx:
        assert answer_once(tx, asking(owner), at=AT) is None
        keep_answer(tx, asking(owner), 202, {"id": "c1"})
    with store.write() as tx:
        assert answer_once(tx, asking(owner), at=AT + 1) == Kept(202, {"id": "c1"})


def test_a_key_that_comes_with_another_request_is_refused_and_the_first_answer_stays(store: Store, owner: int) -> None:
    changing(store, asking(owner, "this"), "first")
    with pytest.raises(IdempotencyMismatch):
        changing(store, asking(owner, "that"), "second")
    assert changing(store, asking(owner, "this"), "third") == "first"


def test_each_api_key_has_keys_of_its_own(store: Store, owner: int) -> None:
    other = make_owner(store, "second")
    assert changing(store, asking(owner), "first") == "first"
    assert changing(store, asking(other, "that"), "second") == "second"


def test_a_change_that_is_undone_keeps_nothing(store: Store, owner: int) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        change(tx, asking(owner, "this"))
        raise ZeroDivisionError
    assert changing(store, asking(owner, "that"), "second") == "second"


@pytest.mark.parametrize("answer", [{"n": 10**30}, [1.0, 1e22, -0.0, 0.1, 2**63], {"é\0": "\U0001f600", "a": None}, {}])
def test_an_answer_is_kept_byte_for_byte(store: Store, owner: int, answer: Any) -> None:
    changing(store, asking(owner), answer)
    assert encode(changing(store, asking(owner))) == encode(answer)


def test_a_twin_waits_for_the_first_and_gets_its_answer(store: Store, owner: int) -> None:
    once = asking(owner)
    assert beside(store, lambda tx: change(tx, once, "first"), partial(changing, store, once)) == ("first", "first")


def test_another_request_with_the_key_waits_too_and_is_refused(store: Store, owner: int) -> None:
    with pytest.raises(IdempotencyMismatch):
        beside(store, lambda tx: change(tx, asking(owner)), partial(changing, store, asking(owner, "that")))


def test_a_twin_makes_the_change_when_the_first_is_undone(store: Store, owner: int) -> None:
    twin = partial(changing, store, asking(owner), "second")
    assert beside_undone(store, lambda tx: change(tx, asking(owner), "first"), twin) == "second"
    assert changing(store, asking(owner)) == "second"


def beside_undone(store: Store, first: Callable[[Connection], Any], second: Callable[[], Any]) -> Any:
    """The answer of `second`, which begins while the transaction of `first` is open; that is then rolled back."""
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ZeroDivisionError), store.write() as tx:
            first(tx)
            other = pool.submit(second)
            wait_until(lambda: is_stuck(store, other), "the second to wait for the first")
            assert not other.done()
            raise ZeroDivisionError
        return other.result(30)


def test_after_a_day_a_key_is_as_if_it_had_never_been_used(store: Store, owner: int) -> None:
    changing(store, asking(owner, "this"), "first")
    assert changing(store, asking(owner, "this"), at=AT + KEPT_SECONDS - 1) == "first"
    assert changing(store, asking(owner, "that"), "second", at=AT + KEPT_SECONDS) == "second"
    assert changing(store, asking(owner, "that"), at=AT + 2 * KEPT_SECONDS - 1) == "second"


def test_of_twins_after_a_day_one_makes_the_change(store: Store, owner: int) -> None:
    changing(store, asking(owner, "old"), "old")
    once, later = asking(owner), AT + KEPT_SECONDS
    first = partial(change, once=once, answer="first", at=later)
    assert beside(store, first, partial(changing, store, once, "second", later)) == ("first", "first")


def test_of_many_twins_one_makes_the_change(store: Store, owner: int) -> None:
    for round in range(5):
        once = asking(owner, key=f"k{round}")
        answers = together(*(partial(changing, store, once, number) for number in range(10)))
        assert len(set(answers)) == 1


def test_many_keys_for_one_app_wait_in_no_circle(store: Store, owner: int) -> None:
    def submitting(number: int) -> Any:
        once = asking(owner, key=f"k{number % 3}")
        with store.write() as tx:
            if kept := answer_once(tx, once, at=AT):
                return kept.answer["seq"]
            seq = add(tx, edit(f"c{number}", "x")).calls[0].seq
            keep_answer(tx, once, 202, {"seq": seq})
            return seq

    answers = together(*(partial(submitting, number) for number in range(12)))
    assert sorted(answers) == sorted([1, 2, 3] * 4)
    with store.read() as tx:
        assert len(tx.execute(select(idempotency_keys.c.key)).all()) == 3
