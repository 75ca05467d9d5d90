"""The first API key: the one that the settings give, else the one that `ops up` keeps in the data folder."""

from gateway.context import Gateway
from models.keys import ensure_key
from models.settings import Settings

NAME = "first"
KEY_FILE = "api-key"


def ensure_first_key(gateway: Gateway, *, at: float) -> None:
    """Make it known; when it is another one than before, the one before stops working."""
    if secret := first_key(gateway.settings):
        with gateway.store.write() as tx:
            ensure_key(tx, NAME, secret, at=at)


def first_key(settings: Settings) -> str:
    """The first key; empty when there is none."""
    given = settings.api_key.get_secret_value()
    if given:
        return given
    try:
        return (settings.data / KEY_FILE).read_text().strip()
    except FileNotFoundError:
        return ""
