"""The Celery app, configured by `celeryconfig.py`. Gateways and workers make it the same way."""

from celery import Celery


def make_celery() -> Celery:
    app = Celery("toolreel", set_as_current=False)
    app.config_from_object("celeryconfig")
    return app
