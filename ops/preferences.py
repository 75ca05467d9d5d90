"""The settings as a person sees them: names of variables, values with secrets masked, mistakes in plain lines."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from models.settings import Settings
from ops.errors import OpsError

PREFIX = "TOOLREEL_"
MASK = "********"
PASSWORD = re.compile(r"(?<=://)([^/@:\s]*):[^@\s]*@")


class Preference(NamedTuple):
    """One setting: its environment variable, its value and default as text, and what it is for."""

    variable: str
    value: str
    default: str
    description: str


def read_settings(**options: Any) -> Settings:
    """The settings, with the options that are not None laid over them. Raises OpsError naming each variable that is wrong."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise OpsError("\n  ".join(["the settings are wrong:", *map(_mistake, error.errors())])) from None


def preferences(settings: Settings) -> Iterator[Preference]:
    """Every setting, in the order of their declaration."""
    for name, field in Settings.model_fields.items():
        value, default = getattr(settings, name), field.get_default()
        yield Preference(variable(name, field), as_text(value), as_text(default), field.description or "")


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a field."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else PREFIX + name.upper()


def as_text(value: object) -> str:
    """A value for people to read, without its secrets."""
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return without_password(str(value))


def without_password(url: str) -> str:
    return PASSWORD.sub(rf"\1:{MASK}@", url)


def _mistake(error: ErrorDetails) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    field = Settings.model_fields.get(name)
    is_secret = field is not None and field.annotation is SecretStr
    given = MASK if is_secret else repr(as_text(error["input"]))
    return f"{variable(name, field) if field else name}: {error['msg']}; it is {given}"
