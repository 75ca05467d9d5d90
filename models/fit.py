"""Conditions on a call's row as data, so that a statement is built once for each shape and afterwards only gets values.

Building a statement costs more than running it; these are on the way of every stage.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam

from models.tables import tool_calls

Fits = Mapping[str, Any]
"""By column: the value it must have, a list of which it must have one, or None for NULL."""

Shape = tuple[tuple[str, str], ...]


def shape_of(where: Fits) -> Shape:
    """What of the conditions is the same from one execution to the next."""
    return tuple((name, _kind(value)) for name, value in where.items())


def conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """The conditions of a shape, with the parameters that `values_of` gives."""
    return [_condition(name, kind) for name, kind in shape]


def values_of(where: Fits) -> dict[str, Any]:
    return {f"is_{name}": value for name, value in where.items() if value is not None}


def setting(names: tuple[str, ...]) -> dict[str, BindParameter[Any]]:
    """New values for columns, with the parameters that `new_values` gives."""
    return {name: bindparam(f"to_{name}", type_=tool_calls.c[name].type) for name in names}


def new_values(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {f"to_{name}": value for name, value in changes.items()}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return "one-of" if isinstance(value, list) else "equal"


def _condition(name: str, kind: str) -> ColumnElement[bool]:
    column = tool_calls.c[name]
    if kind == "null":
        return column.is_(None)
    if kind == "one-of":
        return column.in_(bindparam(f"is_{name}", expanding=True))
    return column == bindparam(f"is_{name}", type_=column.type)
