"""`generate-new-app-logo`: draws a logo out of the app's name, or has it painted, and exports it in every size needed."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from workers import size
from workers.logo.design import Design, draw, make_design, palette_of
from workers.logo.export import SIZES, icon, link_tags, manifest, render
from workers.logo.painted import as_svg, prompt_of, resized
from workers.logo.wording import STYLES
from workers.place import read_file, refuse_blocked, refuse_too_large
from workers.run import ImageSource, Run
from workers.text.lines import Text
from workers.tool import Result, Tool, ToolArguments

SVG = "public/logo.svg"
ICO = "public/favicon.ico"
MANIFEST = "public/site.webmanifest"
PNGS = {pixels: f"public/logo-{pixels}.png" for pixels in SIZES}
LARGEST = max(SIZES)
PATHS = (SVG, *PNGS.values(), ICO, MANIFEST)

# How much of its stage the painting is; making the first files of the picture is the rest.
_PAINTING = 0.95

Words = Annotated[Text, Field(max_length=200)]


class Arguments(ToolArguments):
    """Draw a new logo for the app and save it in all the formats a web app needs.

    Writes public/logo.svg, PNG files of 16 to 512 pixels (public/logo-512.png and so on), public/favicon.ico and
    public/site.webmanifest, replacing what is there. The result has the tags to put into the page's head. For another
    logo change a word of the style.
    """

    style: Words | None = Field(
        default=None,
        description="How the logo is to look, in a few words. Understood best: "
        f"{', '.join(STYLES)}; others, like `modern and friendly`, are matched to these. Left out: chosen by the app's name.",
    )
    colors: Annotated[list[Words], Field(max_length=8)] | Words | None = Field(
        default=None,
        description="Up to four colours, the main one first: hex codes or CSS names, like "
        '["#0f766e", "coral"], or the same in a text. Left out: chosen by the app\'s name.',
    )


class Drawn(BaseModel):
    """The design, and the model that painted it; without one its SVG is a drawing that can be rendered in any size."""

    design: Design
    painter: str | None = None


class Logo(Result):
    """The files that were written, and the tags that use them."""

    files: list[str]
    style: str
    colors: list[str]
    html: str


tool = Tool(
    "generate-new-app-logo",
    Arguments,
    queue="media",
    summary="Draw a new logo for the app: SVG, PNG in all sizes, favicon and web manifest.",
    title="Generate a logo {style}",
    writes=PATHS,
)


@tool.stage("designing", until=10)
def design(run: Run, args: Arguments) -> Design:
    paths = run.files.paths()
    for path in PATHS:
        refuse_blocked(path, paths)
    made = make_design(run.app_id, args.style, args.colors)
    run.progress(1, f"a {made.style} logo for {made.name}")
    return made


@tool.stage("drawing", until=60)
def drawing(run: Run, args: Arguments, made: Design) -> Drawn:
    if run.images:
        return _paint(run, args, made, run.images)
    svg = draw(made).encode()
    run.files.write(SVG, svg)
    run.progress(1, f"{SVG}, {size.shown(len(svg))}")
    return Drawn(design=made)


@tool.stage("exporting", until=100)
def export(run: Run, args: Arguments, drawn: Drawn) -> Logo:
    exports = list(_exports(run, drawn))
    for count, (path, make) in enumerate(exports, 1):
        run.files.write(path, make())
        run.progress(count / len(exports), path)
    return _result(drawn)


def _paint(run: Run, args: Arguments, made: Design, images: ImageSource) -> Drawn:
    def report(fraction: float, note: str) -> None:
        run.progress(_PAINTING * fraction, note)

    picture = resized(images.paint(prompt_of(made, args.style), report), LARGEST)
    svg = as_svg(picture, made.name).encode()
    refuse_too_large(run, SVG, len(svg))
    run.files.write(PNGS[LARGEST], picture)
    run.files.write(SVG, svg)
    run.progress(1, f"{PNGS[LARGEST]}, {size.shown(len(picture))}")
    return Drawn(design=made, painter=images.model)


def _exports(run: Run, drawn: Drawn) -> Iterator[tuple[str, Callable[[], bytes]]]:
    at = _renderer(run, drawn)
    for pixels, path in PNGS.items():
        yield path, partial(at, pixels)
    yield ICO, partial(icon, at)
    yield MANIFEST, partial(manifest, drawn.design, run.files.read(MANIFEST))


def _renderer(run: Run, drawn: Drawn) -> Callable[[int], bytes]:
    """Makes the logo's PNG of a size out of what the stage before has staged."""
    if drawn.painter:
        return partial(resized, read_file(run, PNGS[LARGEST]))
    return partial(render, read_file(run, SVG).decode())


def _result(drawn: Drawn) -> Logo:
    made, tags = drawn.design, link_tags(drawn.design)
    what = f"{drawn.painter} painted a logo" if drawn.painter else f"Drew a {made.style} logo"
    text = f"{what}: {', '.join(PATHS)}.\nPut this into the page's <head>:\n{tags}"
    palette = palette_of(made)
    colours = [colour.hex for colour in (palette.start, palette.end, palette.ink, palette.accent)]
    return Logo(text=text, files=list(PATHS), style=made.style, colors=colours, html=tags)
