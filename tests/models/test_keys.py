"""The first key, which each gateway makes known when it starts."""

from typing import Any

from sqlalchemy import event

from models.database import Store
from models.keys import ensure_key, find_key, hash_secret


def ensure(store: Store, secret: str, at: float) -> None:
    with store.write() as tx:
        ensure_key(tx, "first", secret, at=at)


def works(store: Store, secret: str, at: float) -> bool:
    with store.read() as tx:
        return find_key(tx, hash_secret(secret), at) is not None


def test_another_first_key_ends_the_one_before(store: Store) -> None:
    ensure(store, "one", 1.0)
    ensure(store, "one", 2.0)
    assert works(store, "one", 3.0)
    ensure(store, "two", 4.0)
    assert (works(store, "one", 5.0), works(store, "two", 5.0)) == (False, True)


def test_gateways_that_start_at_once_do_not_end_each_others_key(postgres: Store) -> None:
    met: list[str] = []

    def let_another_be_first(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE api_keys") and not met:
            met.append(statement)
            ensure(postgres, "one", 1.0)

    event.listen(postgres.engine, "before_cursor_execute", let_another_be_first)
    try:
        ensure(postgres, "one", 2.0)
    finally:
        event.remove(postgres.engine, "before_cursor_execute", let_another_be_first)
    assert met and works(postgres, "one", 3.0)
