"""The Celery app, configured by `celeryconfig.py`. Gateways and workers make it the same way."""

from celery import Celery

from broker.reconnect import survive_lost_connections


def make_celery() -> Celery:
    survive_lost_connections()
    app = Celery("toolreel", set_as_current=False)
    app.config_from_object("celeryconfig")
    return app
