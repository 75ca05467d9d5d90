"""The image API: what its answers, errors, limits and silences become."""

import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.errors import ProviderFailed, ToolFailed
from models.settings import Settings
from ops.local.port import free_port
from tests.wait import wait_until
from tests.workers.image_server import (
    KEY,
    Handler,
    ImageServer,
    answer,
    b64,
    completed,
    image_server,
    partials,
    plain,
    png,
    refusal,
    stream,
)
from workers.images import exchange
from workers.images.api import ImageApi

PICTURE = png()


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with image_server() as server:
        yield server


class Told:
    """What was reported; `at` is called with each note."""

    def __init__(self, at: Callable[[str], None] = lambda note: None) -> None:
        self.reports: list[tuple[float, str]] = []
        self._at = at

    def __call__(self, fraction: float, note: str) -> None:
        self.reports.append((fraction, note))
        self._at(note)

    def fraction_at(self, words: str) -> float:
        return next(fraction for fraction, note in self.reports if words in note)


def paint(server: ImageServer, *scripts: Any, told: Told | None = None, **settings: Any) -> bytes:
    server.scripts[:] = scripts
    given = {"image_api_url": server.url, "image_api_key": KEY, "image_seconds": 30, **settings}
    return ImageApi(Settings(**given)).paint("a logo", told or Told())


def fails(server: ImageServer, *scripts: Any, **settings: Any) -> ToolFailed:
    with pytest.raises(ToolFailed) as caught:
        paint(server, *scripts, **settings)
    assert KEY not in str(caught.value)
    assert KEY not in caught.value.detail
    return caught.value


def test_partial_images_are_progress_and_the_complete_one_is_the_picture(server: ImageServer) -> None:
    told = Told()
    assert paint(server, stream(*partials(3), completed(PICTURE)), told=told) == PICTURE
    assert [told.fraction_at(f"partial image {count} of 3") for count in (1, 2, 3)] == [0.25, 0.5, 0.75]
    assert told.reports[0] == (0, "waiting for gpt-image-2.5-flare, 0 s")
    assert told.reports[-1][0] == 1
    authorization, body = server.requests[0]
    assert authorization == f"Bearer {KEY}"
    assert body["stream"] and body["partial_images"] == 3 and body["model"] == "gpt-image-2.5-flare"
    assert "response_format" not in body


def test_fewer_partial_images_than_asked_for_are_enough(server: ImageServer) -> None:
    assert paint(server, stream(completed(PICTURE))) == PICTURE


def test_a_server_that_does_not_stream_is_understood(server: ImageServer) -> None:
    assert paint(server, plain(PICTURE), image_api_key="", image_model="my-diffusion") == PICTURE
    authorization, body = server.requests[0]
    assert authorization is None
    assert body["response_format"] == "b64_json"


def test_a_server_that_knows_less_is_asked_for_less(server: ImageServer) -> None:
    unknown = [refusal(400, f"Unknown parameter: {name}", param=name) for name in ("stream", "output_format")]
    assert paint(server, *unknown, plain(PICTURE)) == PICTURE
    assert not {"stream", "partial_images", "output_format"} & server.requests[-1][1].keys()


def test_events_may_come_in_any_pieces_and_with_other_line_ends(server: ImageServer) -> None:
    data = f'data: {{"b64_json": "{b64(PICTURE)}"}}'
    text = f": hi\r\n\r\nevent: image_generation.completed\r\n{data}\r\n\r\ndata: [DONE]\r\n\r\n"
    pieces = [text.encode()[at : at + 7] for at in range(0, len(text), 7)]
    assert paint(server, stream(*[lambda handler, piece=piece: handler.chunk(piece) for piece in pieces])) == PICTURE


def test_a_key_that_is_not_taken_is_said_by_the_settings_name(server: ImageServer) -> None:
    error = fails(server, refusal(401, f"Incorrect API key provided: {KEY}"))
    assert "TOOLREEL_IMAGE_API_KEY" in error.detail
    assert not error.retryable
    error = fails(server, refusal(403, f"Your organization must be verified; {KEY} is not"))
    assert "TOOLREEL_IMAGE_API_KEY" in error.detail
    assert "must be verified" in error.detail


def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(server: ImageServer) -> None:
    for key in (f"{KEY}\u2026", f"{KEY}\n{KEY}", f"Bearer {KEY}"):
        assert "TOOLREEL_IMAGE_API_KEY has characters" in fails(server, image_api_key=key).detail
    assert not server.requests


def test_what_the_settings_name_and_the_server_does_not_have_is_said(server: ImageServer) -> None:
    error = fails(server, refusal(404, "The model does not exist", code="model_not_found"))
    assert "TOOLREEL_IMAGE_MODEL" in error.detail
    assert "The model does not exist" in error.detail


@pytest.mark.parametrize("code", ["moderation_blocked", "content_policy_violation"])
def test_words_that_are_refused_for_safety_are_for_the_model_to_change(server: ImageServer, code: str) -> None:
    error = fails(server, refusal(400, "Your request was rejected", code=code))
    assert "change style or colors" in error.detail
    assert not error.retryable
    blocked = {"message": "Your request was rejected", "code": code}
    error = fails(server, stream(lambda handler: handler.event("error", error=blocked)))
    assert "change style or colors" in error.detail


def test_another_bad_request_is_passed_on_in_the_servers_words(server: ImageServer) -> None:
    assert fails(server, refusal(400, "prompt is too long", param="prompt")).detail == (
        "The image API refused the request (400): prompt is too long."
    )


def test_a_busy_server_is_asked_again_when_it_says(server: ImageServer) -> None:
    told = Told()
    busy = refusal(429, "Slow down", code="rate_limit_exceeded", Retry_After="1")
    assert paint(server, busy, refusal(503, Retry_After="0"), plain(PICTURE), told=told) == PICTURE
    assert told.fraction_at("has too much to do (429); try 2 of 4 in 1 s") == 0
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_given_up_and_may_be_tried_later(server: ImageServer) -> None:
    error = fails(server, *[refusal(429, "Slow down", Retry_After="0")] * 4)
    assert error.as_call_error() == {
        "type": "provider-failed",
        "title": "A service that the tool needs failed",
        "detail": "The image API has too much to do (429): Slow down.",
        "retryable": True,
    }


def test_a_wait_that_is_too_long_is_not_begun(server: ImageServer) -> None:
    error = fails(server, refusal(429, "Slow down", Retry_After="600"))
    assert "asked again in 600 s" in error.detail
    assert error.retry_after == 600
    assert "later than this can wait" in fails(server, refusal(429, Retry_After="Fri, 31 Dec 2999 23:59:59 GMT")).detail


def test_an_empty_account_is_not_asked_again(server: ImageServer) -> None:
    error = fails(server, refusal(429, "You exceeded your quota", code="insufficient_quota"))
    assert "nothing left to spend" in error.detail
    assert not error.retryable


def test_a_server_that_keeps_failing_is_given_up(server: ImageServer) -> None:
    error = fails(server, *[answer(500, b"<html>oops</html>", Retry_After="0")] * 4)
    assert error.detail == "The image API failed (500)."
    assert error.retryable


def test_an_error_in_the_middle_of_a_stream_is_said(server: ImageServer) -> None:
    error = fails(server, stream(*partials(1), lambda handler: handler.event("error", error={"message": "GPU fire"})))
    assert error.detail == "The image API failed: GPU fire."
    assert error.retryable


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_server_that_hangs_up_in_the_middle_is_said_to(server: ImageServer, is_whole: bool) -> None:
    error = fails(server, stream(*partials(2), is_whole=is_whole))
    assert error.detail == "The image API hung up before the picture was complete."
    assert isinstance(error, ProviderFailed)


def test_a_server_that_hangs_up_at_once_is_said_to(server: ImageServer) -> None:
    assert "hung up" in fails(server, lambda handler: None).detail


def test_a_server_that_is_not_there_is_named(server: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.images.api.MOST_TRIES", 1)
    url = f"http://127.0.0.1:{free_port()}"
    assert f"at {url}/images/generations cannot be reached" in fails(server, image_api_url=url).detail


@pytest.mark.parametrize(
    "script",
    [Handler.hang, stream(Handler.hang), stream(*partials(1), Handler.hang)],
    ids=["before the answer", "in the answer", "after a partial image"],
)
def test_a_server_that_goes_silent_is_left_when_the_time_is_over(server: ImageServer, script: Any) -> None:
    error = fails(server, script, image_seconds=0.3)
    assert error.detail == "The image API had no picture ready within 0.3 s (TOOLREEL_IMAGE_SECONDS)."
    wait_until(server.hung_up.is_set, "the connection is closed")
    wait_until(lambda: not talking(), "the thread has ended")


def test_a_server_that_drips_is_left_when_the_time_is_over(server: ImageServer) -> None:
    def drip(handler: Handler) -> None:
        while not handler.server.api.closing.wait(0.01):
            handler.chunk(b": still here\n\n")

    def script(handler: Handler) -> None:
        try:
            stream(drip)(handler)
        except OSError:
            server.hung_up.set()

    assert "within 0.3 s" in fails(server, script, image_seconds=0.3).detail
    wait_until(server.hung_up.is_set, "the connection is closed")


def test_whoever_waits_is_called_meanwhile_and_may_stop_it(server: ImageServer) -> None:
    class Halt(BaseException): ...

    def halt(note: str) -> None:
        if server.requests:
            raise Halt

    with pytest.raises(Halt):
        paint(server, Handler.hang, told=Told(halt))
    wait_until(server.hung_up.is_set, "the connection is closed")
    wait_until(lambda: not talking(), "the thread has ended")


def test_links_and_other_places_are_not_followed(server: ImageServer) -> None:
    link = {"data": [{"url": f"{server.url}/picture.png"}]}
    assert "links are not followed" in fails(server, answer(200, link)).detail
    assert "somewhere else (307)" in fails(server, answer(307, Location=server.url)).detail
    assert len(server.requests) == 2


def test_the_environments_proxies_are_not_asked(server: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert paint(server, plain(PICTURE)) == PICTURE


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[]", "without a picture"),
        (b'{"data": []}', "without a picture"),
        (b'{"data": [{"b64_json": 7}]}', "without a picture"),
        (b'{"data": [{"b64_json": "%%%"}]}', "no base64"),
        (b'{"data": [{"b64_json": "\xc3\xa9"}]}', "no base64"),
    ],
)
def test_garbage_is_called_so(server: ImageServer, body: bytes, words: str) -> None:
    assert words in fails(server, answer(200, body)).detail


def test_garbage_in_a_stream_is_called_so(server: ImageServer) -> None:
    for data in (b"data: {\n\n", b"data: 7\n\n", b"data: \xff\n\n"):
        assert "cannot be read" in fails(server, stream(lambda handler, data=data: handler.chunk(data))).detail


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is of another size, right down to the header's checksum."""
    header = b"IHDR" + struct.pack(">II", width, height) + PICTURE[24:29]
    return PICTURE[:12] + header + struct.pack(">I", zlib.crc32(header)) + PICTURE[33:]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a" + bytes(100), "no PNG"),
        (PICTURE[:20], "no PNG"),
        (PICTURE[: len(PICTURE) // 2], "broken PNG"),
        (PICTURE[:60] + b"\0\0\0\0" + PICTURE[64:], "broken PNG"),
        (bomb(60_000, 60_000), "60000x60000 pixels"),
        (bomb(4096, 4096), "broken PNG"),
        (PICTURE[:33] + bomb(20_000, 20_000)[8:], "PNG"),
        (png(16, 16), "16x16 pixels"),
        (png(5000, 300), "5000x300 pixels"),
    ],
)
def test_what_is_no_usable_png_is_refused(server: ImageServer, content: bytes, words: str) -> None:
    assert words in fails(server, plain(content)).detail


def test_too_much_is_not_read_to_the_end(server: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MOST_BYTES", 100_000)
    assert "more than 100000 bytes" in fails(server, answer(200, b"x" * 200_000)).detail
    monkeypatch.undo()
    monkeypatch.setattr("workers.images.png.MOST_BYTES", 1000)
    assert "more than 1.0 kB" in fails(server, plain(PICTURE)).detail


@pytest.mark.parametrize(
    "url", ["ftp://x", "api.openai.com", "https://", "https://a:b@host", "https://x?key=1", "https://x:y"]
)
def test_an_address_that_is_none_is_refused_with_the_settings(url: str) -> None:
    with pytest.raises(ValueError, match="image_api_url"):
        Settings(image_api_url=url)


def test_the_slash_at_the_end_of_an_address_does_not_matter(server: ImageServer) -> None:
    assert paint(server, plain(PICTURE), image_api_url=f"{server.url}/") == PICTURE


def talking() -> bool:
    return any(thread.name == "image-api" for thread in threading.enumerate())
