"""What has expired is deleted, a bounded part at a time, and nothing else is."""

import pytest
from sqlalchemy import Table, func, insert, select

from models.database import Store
from models.expiry import MOST, delete_expired, has_expired
from models.idempotency import KEPT_SECONDS, IdempotencyKey, answer_once
from models.tables import api_keys, idempotency_keys, tokens

NOW = 1_000_000.0
DAY_AGO = NOW - KEPT_SECONDS


@pytest.fixture
def owner(store: Store) -> int:
    with store.write() as tx:
        statement = insert(api_keys).values(name="first", sha256="first", created_at=NOW)
        return int(tx.execute(statement.returning(api_keys.c.id)).scalar_one())


def keep(store: Store, owner: int, *times: float) -> None:
    rows = [
        {"key_id": owner, "key": f"k{number}", "fingerprint": "this", "status": 202, "answer": {}, "at": at}
        for number, at in enumerate(times)
    ]
    with store.write() as tx:
        tx.execute(insert(idempotency_keys), rows)


def make_tokens(store: Store, owner: int, *ends: float) -> None:
    plain = {"key_id": owner, "kind": "token", "grants": [], "created_at": 0.0}
    with store.write() as tx:
        tx.execute(insert(tokens), [{**plain, "sha256": f"{end}", "expires_at": end} for end in ends])


def left(store: Store, table: Table) -> int:
    with store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def expired(store: Store) -> bool:
    with store.read() as tx:
        return has_expired(tx, NOW)


def deleted(store: Store) -> int:
    with store.write() as tx:
        return delete_expired(tx, NOW)


def test_without_any_rows_nothing_has_expired(store: Store) -> None:
    assert not expired(store)
    assert deleted(store) == 0


def test_only_what_has_expired_is_deleted(store: Store, owner: int) -> None:
    keep(store, owner, DAY_AGO - 1, DAY_AGO + 1)
    make_tokens(store, owner, NOW - 1, NOW - 2, NOW + 1)
    assert expired(store)
    assert deleted(store) == 3
    assert (left(store, idempotency_keys), left(store, tokens)) == (1, 1)
    assert not expired(store)


def test_a_token_alone_is_found_expired(store: Store, owner: int) -> None:
    keep(store, owner, NOW)
    make_tokens(store, owner, NOW - 1)
    assert expired(store)


def test_very_many_are_deleted_in_parts_the_oldest_first(store: Store, owner: int) -> None:
    keep(store, owner, *(DAY_AGO - 1 - number for number in range(MOST + 5)))
    assert deleted(store) == MOST
    with store.read() as tx:
        assert tx.execute(select(func.min(idempotency_keys.c.at))).scalar_one() == DAY_AGO - 5
    assert deleted(store) == 5


def test_deleting_waits_for_nobody_and_leaves_a_key_that_is_used_again(postgres: Store) -> None:
    with postgres.write() as tx:
        tx.execute(insert(api_keys), {"id": 1, "name": "first", "sha256": "first", "created_at": NOW})
    keep(postgres, 1, DAY_AGO - 1, DAY_AGO - 1)
    with postgres.write() as tx:
        assert answer_once(tx, IdempotencyKey(1, "k0", "that"), at=NOW) is None
        assert deleted(postgres) == 1
    assert left(postgres, idempotency_keys) == 1
    assert deleted(postgres) == 0
