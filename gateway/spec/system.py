"""The gateway itself: what it is, and whether it is well."""

from typing import Literal

from gateway.spec.model import Model


class Links(Model):
    """The paths that matter most; `{…}` is to be filled in."""

    submit: str
    events: str
    tools: str
    health: str
    metrics: str
    openapi: str
    asyncapi: str
    reference: str


class About(Model):
    """What this is."""

    name: Literal["toolreel"]
    about: str
    docs: str
    links: Links


class Alive(Model):
    """This process answers."""

    status: Literal["alive"]


class Checks(Model):
    """What the gateway needs."""

    store: Literal["ok"]
    redis: Literal["ok"]
    worker: Literal["ok"]


class Ready(Model):
    """Everything that the gateway needs is well."""

    status: Literal["ready"]
    checks: Checks
