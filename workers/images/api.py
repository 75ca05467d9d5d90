"""Asks an OpenAI-compatible API for a picture: streamed where the server streams, again where that may help, within a time."""

import json
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from models.errors import ProviderFailed, ToolFailed
from models.settings import Settings
from workers.images.events import read_events
from workers.images.exchange import TICK_SECONDS, Exchange
from workers.images.png import decode_png
from workers.images.refusal import Refused, refused, told_of
from workers.images.wire import OPTIONAL, PARTIAL_IMAGES, plain_picture, request_of, without
from workers.size import shown

MOST_TRIES = 4

Report = Callable[[float, str], None]


class ImageApi:
    """The image API of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.model = settings.image_model
        self.url = f"{settings.image_api_url}/images/generations"
        self.key = settings.image_api_key.get_secret_value().strip()
        self.seconds = settings.image_seconds

    def paint(self, prompt: str, report: Report) -> bytes:
        """A PNG. `report` is told the part that is done (0-1) and a note, with all that comes and twice a second.

        Raises ProviderFailed when another time may do better, ToolFailed when the words or the settings must change.
        """
        return _Painting(self, self._headers(), report).paint(prompt)

    def _headers(self) -> dict[str, str]:
        if not self.key:
            return {}
        if not (self.key.isascii() and self.key.isprintable()) or " " in self.key:
            raise ToolFailed("TOOLREEL_IMAGE_API_KEY has characters that no key has.")
        return {"Authorization": f"Bearer {self.key}"}


class _Painting:
    """One picture on its way: what was reached, and the time that is left."""

    def __init__(self, api: ImageApi, headers: dict[str, str], report: Report) -> None:
        self._api = api
        self._headers = headers
        self._report = report
        self._start = time.monotonic()
        self._reached = 0.0
        self._note = f"waiting for {api.model}"

    def paint(self, prompt: str) -> bytes:
        request = request_of(self._api.model, prompt)
        tries = 0
        while True:
            try:
                return self._try(request)
            except Refused as refusal:
                if refusal.parameter in request and refusal.parameter in OPTIONAL:
                    request = without(refusal.parameter, request)
                    continue
                tries += 1
                if not refusal.is_passing or tries == MOST_TRIES:
                    raise refusal.error from refusal
                self._wait(refusal, tries)

    def _try(self, request: dict[str, Any]) -> bytes:
        with Exchange(self._api.url, self._headers, request, seconds=self._left(), tick=self._tick) as exchange:
            try:
                return self._read(exchange)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = ProviderFailed(f"The image API at {self._api.url} cannot be reached: {error}")
                raise Refused(failed, is_passing=True) from error
            except httpx.TimeoutException as error:
                raise self._late() from error
            except httpx.HTTPError as error:
                raise _hung_up() from error
            except (ValueError, RecursionError) as error:
                raise ProviderFailed("The image API answered with something that cannot be read.") from error

    def _read(self, exchange: Exchange) -> bytes:
        head = exchange.head()
        if head.status != 200:
            raise refused(head.status, head.headers, exchange.body(), secret=self._api.key, at=datetime.now(UTC))
        if head.headers.get("content-type", "").lower().startswith("text/event-stream"):
            picture = decode_png(self._streamed(exchange))
        else:
            picture = decode_png(plain_picture(json.loads(exchange.body())))
        self._report(1, f"the picture, {shown(len(picture))}")
        return picture

    def _streamed(self, exchange: Exchange) -> Any:
        """The finished picture in an event stream; partial ones before it are progress."""
        seen = 0
        for event in read_events(exchange.chunks()):
            kind = str(event["type"])
            if kind == "error" or event.get("error"):
                raise told_of(event.get("error", event), secret=self._api.key)
            if kind.endswith(".partial_image"):
                seen += 1
                self._reached = min(seen, PARTIAL_IMAGES) / (PARTIAL_IMAGES + 1)
                self._note = f"partial image {seen} of {max(seen, PARTIAL_IMAGES)}"
                self._tick()
            if kind.endswith(".completed"):
                return event.get("b64_json")
        raise _hung_up()

    def _tick(self) -> None:
        """Say that it is still under way. Raises ProviderFailed when the time is over."""
        self._left()
        self._report(self._reached, f"{self._note}, {time.monotonic() - self._start:.0f} s")

    def _wait(self, refusal: Refused, tries: int) -> None:
        seconds = 2.0 ** (tries - 1) if refusal.wait is None else refusal.wait
        if seconds >= self._left():
            late = f"It is to be asked again in {math.ceil(seconds)} s, which is later than this can wait."
            raise ProviderFailed(f"{refusal.error.detail} {late}", retry_after=seconds) from refusal
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            reason = refusal.error.detail.partition(":")[0].rstrip(".")
            self._report(self._reached, f"{reason}; try {tries + 1} of {MOST_TRIES} in {math.ceil(left)} s")
            time.sleep(min(TICK_SECONDS, left))

    def _left(self) -> float:
        left = self._start + self._api.seconds - time.monotonic()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> ProviderFailed:
        limit = f"{self._api.seconds:g} s (TOOLREEL_IMAGE_SECONDS)"
        return ProviderFailed(f"The image API had no picture ready within {limit}.")


def _hung_up() -> ProviderFailed:
    return ProviderFailed("The image API hung up before the picture was complete.")
