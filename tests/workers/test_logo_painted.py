"""`generate-new-app-logo` with an image API: the same files as without one, out of a picture."""

import base64
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from PIL import Image

from models.errors import ProviderFailed
from models.settings import Settings
from tests.workers.bench import App, Ran
from tests.workers.image_server import (
    KEY,
    ImageServer,
    completed,
    image_server,
    partials,
    plain,
    png,
    refusal,
    stream,
)
from workers.images.api import ImageApi
from workers.logo.export import SIZES
from workers.tools.generate_new_app_logo import PATHS


@pytest.fixture
def server() -> Iterator[ImageServer]:
    with image_server() as server:
        yield server


def an_app(server: ImageServer) -> App:
    return App(images=ImageApi(Settings(image_api_url=server.url, image_api_key=KEY)), app_id="my-coffee-shop")


def painted(server: ImageServer, picture: bytes) -> tuple[App, Ran]:
    server.scripts.append(plain(picture))
    app = an_app(server)
    return app, app.run("generate-new-app-logo")


def test_the_same_files_are_written(server: ImageServer) -> None:
    app, ran = painted(server, png(1024, 1024))
    assert set(app.files) == set(PATHS)
    for size in SIZES:
        image = Image.open(io.BytesIO(app.files[f"public/logo-{size}.png"]))
        assert (image.format, image.size, image.mode) == ("PNG", (size, size), "RGBA")
        assert image.getpixel((size // 2, size // 2)) == (0, 128, 128, 255)
    assert Image.open(io.BytesIO(app.files["public/favicon.ico"])).info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    assert ran.text.startswith("gpt-image-2.5-flare painted a logo: public/logo.svg, ")
    assert '<link rel="manifest" href="/site.webmanifest">' in ran.text


def test_the_svg_holds_the_picture(server: ImageServer) -> None:
    app, _ = painted(server, png())
    svg = app.files["public/logo.svg"].decode()
    ElementTree.fromstring(svg)
    found = re.search(r"base64,([^\"]+)", svg)
    assert found
    assert base64.b64decode(found[1]) == app.files["public/logo-512.png"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_kind_can_be_used(server: ImageServer, mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (600, 300)).save(file, "PNG")
    app, _ = painted(server, file.getvalue())
    logo = Image.open(io.BytesIO(app.files["public/logo-64.png"]))
    assert logo.getpixel((32, 0)) == (0, 0, 0, 0)


def test_the_words_name_the_app_the_style_and_the_colours(server: ImageServer) -> None:
    server.scripts.append(plain(png()))
    an_app(server).run("generate-new-app-logo", style="modern and friendly", colors=["navy", "#FFD700"])
    prompt = server.requests[0][1]["prompt"]
    assert "“My Coffee Shop”" in prompt
    assert "Style: modern and friendly. Main colours: #000080, #ffd700." in prompt


def test_partial_images_show_as_progress_of_the_stage(server: ImageServer) -> None:
    server.scripts.append(stream(*partials(3), completed(png())))
    drawing = an_app(server).run("generate-new-app-logo").reports["drawing"]
    assert drawing.fractions == sorted(drawing.fractions)
    assert drawing.fractions[-1] == 1
    told = " | ".join(note or "" for note in drawing.notes)
    assert re.search(
        r"waiting for .*partial image 1 of 3.*partial image 3 of 3.*the picture, .*public/logo-512.png", told
    )


def test_a_failure_leaves_nothing(server: ImageServer) -> None:
    server.scripts += [refusal(503, Retry_After="0")] * 4
    app = an_app(server)
    with pytest.raises(ProviderFailed):
        app.run("generate-new-app-logo")
    assert not app.files
