"""`python -m gateway`: serves HTTP with uvicorn, in as many processes as WEB_CONCURRENCY says."""

import uvicorn
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.protocol import Protocol
from models.logs import configure_logs
from models.settings import settings

KEEP_ALIVE_SECONDS = 75
# An open stream must not hold up a shutdown; its client comes back with Last-Event-ID.
SHUTDOWN_SECONDS = 5


def make_app() -> Starlette:
    """The app of one process, with its logs."""
    configure_logs(settings())
    return create_app(settings())


def main() -> None:
    configure_logs(settings())
    uvicorn.run(
        "gateway.__main__:make_app",
        factory=True,
        host=settings().host,
        port=settings().port,
        loop="auto",
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


if __name__ == "__main__":
    main()
