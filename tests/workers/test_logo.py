"""`generate-new-app-logo`: its files, and what can be said of any logo."""

import io
import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.errors import Conflict, InvalidArguments
from tests.workers.bench import App
from workers.logo.colour import contrast
from workers.logo.design import draw, make_design, palette_of
from workers.logo.export import SIZES, render
from workers.logo.palette import READABLE
from workers.logo.wording import STYLES

app_ids = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
colours = st.lists(st.builds(lambda number: f"#{number:06x}", st.integers(0, 0xFFFFFF)), max_size=4)


def test_every_size_is_a_png_of_that_size() -> None:
    app = App()
    ran = app.run("generate-new-app-logo")
    assert ran.result["files"] == sorted(app.files, key=ran.result["files"].index)
    for size in SIZES:
        image = Image.open(io.BytesIO(app.files[f"public/logo-{size}.png"]))
        assert (image.format, image.size, image.mode) == ("PNG", (size, size), "RGBA")


def test_the_favicon_holds_three_sizes() -> None:
    app = App()
    app.run("generate-new-app-logo", style="minimal")
    assert Image.open(io.BytesIO(app.files["public/favicon.ico"])).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_manifest_names_the_app_and_its_icons() -> None:
    app = App(app_id="my-coffee-shop")
    ran = app.run("generate-new-app-logo", colors="navy and gold")
    manifest = json.loads(app.files["public/site.webmanifest"])
    assert manifest["name"] == "My Coffee Shop"
    assert manifest["theme_color"] == "#000080"
    assert all(f"public/{icon['src']}" in app.files for icon in manifest["icons"])
    assert '<link rel="manifest" href="/site.webmanifest">' in ran.text
    assert '<meta name="theme-color" content="#000080">' in ran.result["html"]


def test_a_manifest_that_was_there_keeps_what_else_it_says() -> None:
    app = App({"public/site.webmanifest": '{"name": "Mine", "scope": "/x", "icons": []}'})
    app.run("generate-new-app-logo")
    manifest = json.loads(app.files["public/site.webmanifest"])
    assert (manifest["name"], manifest["scope"], len(manifest["icons"])) == ("Mine", "/x", 3)


@pytest.mark.parametrize("before", ["", "[]", "{", "[" * 100_000])
def test_a_manifest_that_cannot_be_read_is_replaced(before: str) -> None:
    app = App({"public/site.webmanifest": before})
    app.run("generate-new-app-logo")
    assert json.loads(app.files["public/site.webmanifest"])["name"] == "Demo"


def test_progress_follows_the_files_as_they_are_made() -> None:
    exporting = App().run("generate-new-app-logo").reports["exporting"]
    assert len(exporting.fractions) == len(SIZES) + 2
    assert exporting.fractions[-1] == 1
    assert exporting.notes[0] == "public/logo-16.png"


def test_the_same_words_draw_the_same_logo_and_others_another() -> None:
    assert draw(make_design("demo", "modern", ["red"])) == draw(make_design("demo", " Modern ", "red"))
    assert draw(make_design("demo", "modern", ["red"])) != draw(make_design("demo", "very modern", ["red"]))


@pytest.mark.parametrize("style", STYLES)
def test_no_two_apps_look_alike(style: str) -> None:
    pictures = {render(draw(make_design(f"shop-{number}", style, ["teal", "coral"])), 48) for number in range(60)}
    assert len(pictures) == 60


@pytest.mark.parametrize("style", STYLES)
def test_every_letter_and_digit_is_drawn(style: str) -> None:
    for sign in "abcdefghijklmnopqrstuvwxyz0123456789":
        picture = Image.open(io.BytesIO(render(draw(make_design(sign, style, None)), 32)))
        assert len(picture.getcolors(maxcolors=1024) or []) > 3


@settings(max_examples=60, deadline=None)
@given(app_ids, st.none() | st.text(max_size=40), colours)
def test_any_words_give_a_readable_logo_in_well_formed_svg(app_id: str, style: str | None, wanted: list[str]) -> None:
    design = make_design(app_id, style, wanted)
    palette = palette_of(design)
    assert min(contrast(palette.ink, palette.start), contrast(palette.ink, palette.end)) >= READABLE
    root = ElementTree.fromstring(draw(design))
    assert not [element for element in root.iter() if element.tag.endswith("text")]


def test_logos_need_no_fonts_and_no_more_than_few_kilobytes() -> None:
    for style in STYLES:
        svg = draw(make_design("demo", style, None))
        assert "font" not in svg
        assert len(svg) < 16_000


def test_a_file_in_the_way_is_a_conflict_before_anything_is_drawn() -> None:
    with pytest.raises(Conflict, match="public is a file"):
        App({"public": ""}).run("generate-new-app-logo")


def test_arguments_of_another_kind_are_refused() -> None:
    with pytest.raises(InvalidArguments, match="colors"):
        App().run("generate-new-app-logo", colors=7)
    with pytest.raises(InvalidArguments, match="style"):
        App().run("generate-new-app-logo", style="\ud800")
