"""The thread of a worker process that hears signals and renews the process's lease."""

import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from broker.connection import connect
from broker.later import Due, Later
from broker.leases import leave, renew
from broker.signals import channel_of, read_signal, worker_channel
from models.database import Store
from models.loss import condemn
from models.settings import Settings
from models.tables import tool_calls
from workers.steering import CANCEL, OUT_OF_TIME, Deadline, Steering

QUIET_SECONDS = 4.0
RECONNECT_SECONDS = 0.2
REPEAT_SECONDS = 0.2
KILL_SECONDS = 3.0

logger = structlog.get_logger()


def make_process_id() -> str:
    """A name for this process that no other ever has; tokens of its claims begin with it."""
    return secrets.token_hex(6)


class Listener:
    """Hears what is wanted of the stage that this process runs, and stops one that does not obey in time."""

    def __init__(self, settings: Settings, store: Store, steering: Steering, later: Later, process: str) -> None:
        self._settings = settings
        self._store = store
        self._steering = steering
        self._later = later
        self._process = process
        self._client = connect(settings)
        self._main = threading.main_thread().ident or 0
        self._watched: Due | None = None

    def start(self) -> None:
        """Renew the lease once, so that no claim is without one, and go on in threads."""
        self._renew()
        threading.Thread(target=self._listen, name="signals", daemon=True).start()

    def close(self) -> None:
        """Say that the process ends, as far as Redis hears it."""
        try:
            leave(self._client, self._process)
        except redis.RedisError as error:
            logger.warning("lease-not-left", error=str(error))

    @contextmanager
    def watching(self, key: int, token: str, deadline: Deadline) -> Iterator[None]:
        """Stop the stage of this claim when its time is over."""
        self._watch(key, token, deadline)
        try:
            yield
        finally:
            if self._watched:
                self._later.forget(self._watched)

    def _watch(self, key: int, token: str, deadline: Deadline) -> None:
        self._watched = self._later.after(max(0.01, deadline.left()), lambda: self._check_time(key, token, deadline))

    def _check_time(self, key: int, token: str, deadline: Deadline) -> None:
        if not self._steering.runs(token):
            return
        if deadline.left() > 0:
            self._watch(key, token, deadline)
        elif self._steering.ask(token, OUT_OF_TIME):
            self._stop_after_grace(key, token)

    def _renew(self) -> None:
        seconds = self._settings.lease_seconds
        try:
            renew(self._client, self._process, seconds=seconds)
        except redis.RedisError as error:
            logger.warning("lease-not-renewed", error=str(error))
        self._later.after(seconds / 4, self._renew)

    def _listen(self) -> None:
        while True:
            try:
                self._hear()
            except (redis.RedisError, OSError) as error:
                logger.warning("signals-not-heard", error=str(error))
                time.sleep(RECONNECT_SECONDS)

    def _hear(self) -> None:
        with self._client.pubsub() as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe(channel_of(self._process), worker_channel(str(os.getppid())))
            quiet = False
            while True:
                message = pubsub.get_message(timeout=QUIET_SECONDS)
                if message is None:
                    if quiet:
                        raise redis.ConnectionError("no answer from Redis")
                    pubsub.ping()
                    quiet = True
                    continue
                quiet = False
                if message["type"] == "subscribe":
                    self._look()
                elif message["type"] == "message":
                    token, wanted = read_signal(message["data"])
                    self._pass_on(token, wanted)

    def _look(self) -> None:
        """What was wanted while nobody listened."""
        token = self._steering.token
        query = select(tool_calls.c.control).where(tool_calls.c.claimed_by == token)
        try:
            with self._store.read() as tx:
                wanted = tx.execute(query).scalar() if token else None
        except SQLAlchemyError as error:
            logger.warning("control-not-read", error=str(error))
            return
        if wanted:
            self._pass_on(token, wanted)

    def _pass_on(self, token: str, wanted: str) -> None:
        if self._steering.ask(token, wanted) and wanted == CANCEL:
            self._stop_after_grace(None, token)

    def _stop_after_grace(self, key: int | None, token: str) -> None:
        kill_at = time.monotonic() + self._settings.grace_seconds + KILL_SECONDS
        self._later.after(self._settings.grace_seconds, lambda: self._interrupt(key, token, kill_at))

    def _interrupt(self, key: int | None, token: str, kill_at: float) -> None:
        """Throw the halt into the stage's thread, again and again, for it may be where nothing can be thrown."""
        if not self._steering.runs(token):
            return
        if time.monotonic() >= kill_at:
            self._kill(key, token)
            return
        signal.pthread_kill(self._main, signal.SIGUSR1)
        self._later.after(REPEAT_SECONDS, lambda: self._interrupt(key, token, kill_at))

    def _kill(self, key: int | None, token: str) -> None:
        """End this process, whose stage cannot be stopped otherwise; recovery sees that it is gone and ends the call."""
        logger.warning("stage-killed", token=token)
        if key is not None:
            with self._store.write() as tx:
                condemn(tx, key, token)
        self.close()
        os.kill(os.getpid(), signal.SIGKILL)
