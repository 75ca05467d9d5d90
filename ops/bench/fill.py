"""Fills a store with finished calls, each like one that really ran: its row, its moves and its message, many times over."""

from contextlib import closing
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Table,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    text,
    true,
)
from sqlalchemy import Text as TextType

from models.database import Store
from models.tables import apps, call_moves, messages, tool_calls

EACH_MESSAGE = 10
AFTERWARDS = {"postgresql": ("VACUUM ANALYZE", "CHECKPOINT"), "sqlite": ("ANALYZE",)}


class Filling:
    """Copies of what one app holds: a call that has ended, in a message. App number n of the copies is called `<prefix>n`."""

    def __init__(self, tx: Connection, template_app: str, *, prefix: str, apps: int) -> None:
        self._tx = tx
        self._template = template_app
        self._prefix = prefix
        self._apps = apps

    def run(self, calls: int) -> None:
        number = column("number", Integer)
        message = number // EACH_MESSAGE
        first_call, first_message = self._first(tool_calls), self._first(messages)
        self._copy(apps, self._apps, {"id": self._app(number), "next_seq": literal(calls + 1)})
        self._copy(
            messages,
            calls // EACH_MESSAGE,
            {
                "key": number + first_message,
                "app_id": self._app(number),
                "id": _named("old-", number),
                "announced": messages.c.version,
            },
        )
        self._copy(
            tool_calls,
            calls,
            {
                "key": number + first_call,
                "app_id": self._app(message),
                "message_key": message + first_message,
                "message_id": _named("old-", message),
                "id": _named("call-", number),
                "index": number % EACH_MESSAGE,
                "seq": number + 1,
                "announced": tool_calls.c.version,
            },
        )
        self._copy(call_moves, calls, {"call_key": number + first_call})

    def _first(self, table: Table) -> int:
        """The first key that is free."""
        return int(self._tx.scalar(select(func.max(table.c.key))) or 0) + 1

    def _app(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        return _named(self._prefix, number % self._apps)

    def _copy(self, table: Table, count: int, changed: dict[str, ColumnElement[Any]]) -> None:
        """Each row of the template so many times, with these columns changed by the copy's number from 0 on."""
        numbers = _numbers(count)
        columns = [changed.get(one.name, one).label(one.name) for one in table.c]
        copies = select(*columns).select_from(table.join(numbers, true())).where(self._of_template(table))
        self._tx.execute(insert(table).from_select([one.name for one in table.c], copies))

    def _of_template(self, table: Table) -> ColumnElement[bool]:
        if table is apps:
            return apps.c.id == self._template
        if table is call_moves:
            mine = select(tool_calls.c.key).where(tool_calls.c.app_id == self._template)
            return call_moves.c.call_key.in_(mine)
        return table.c.app_id == self._template


def fill(url: str, template_app: str, *, calls: int, prefix: str, apps: int) -> None:
    """So many finished calls like the one of the template's app, in messages of ten, spread over new apps.

    All of it counts as announced, and keys go on after it. What PostgreSQL does by itself after so much was written is
    done before this returns.
    """
    with closing(Store(url)) as store:
        with store.write() as tx:
            _hasten(tx)
            Filling(tx, template_app, prefix=prefix, apps=apps).run(calls)
            _go_on(tx)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in AFTERWARDS[connection.dialect.name]:
                connection.execute(text(statement))


def _numbers(count: int) -> Any:
    """A table of the numbers from 0 on."""
    first = select(literal(0, Integer).label("number")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.number + 1).where(first.c.number < count - 1))


def _named(prefix: str, number: ColumnElement[Any]) -> ColumnElement[Any]:
    return literal(prefix) + cast(number, TextType)


def _hasten(tx: Connection) -> None:
    """Leave out the checks of foreign keys, which hold by construction, where that is allowed."""
    if tx.dialect.name == "postgresql" and tx.scalar(
        text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    ):
        tx.execute(text("SET LOCAL session_replication_role = replica"))


def _go_on(tx: Connection) -> None:
    """New keys come after the highest one; in SQLite they do by themselves."""
    if tx.dialect.name == "postgresql":
        for table in (messages, tool_calls):
            last = {"table": table.name, "last": tx.scalar(select(func.max(table.c.key)))}
            tx.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'key'), :last)"), last)
