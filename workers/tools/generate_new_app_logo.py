"""`generate-new-app-logo`: draws a logo out of the app's name, by itself, and exports it in every size that is needed."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from workers import size
from workers.logo.design import Design, draw, make_design, palette_of
from workers.logo.export import SIZES, icon, link_tags, manifest, render
from workers.logo.wording import STYLES
from workers.place import read_file, refuse_blocked
from workers.run import Run
from workers.text.lines import Text
from workers.tool import Result, Tool, ToolArguments

SVG = "public/logo.svg"
ICO = "public/favicon.ico"
MANIFEST = "public/site.webmanifest"
PNGS = {pixels: f"public/logo-{pixels}.png" for pixels in SIZES}
PATHS = (SVG, *PNGS.values(), ICO, MANIFEST)

Words = Annotated[Text, Field(max_length=200)]


class Arguments(ToolArguments):
    """Draw a new logo for the app and save it in all the formats a web app needs.

    Writes public/logo.svg, PNG files of 16 to 512 pixels (public/logo-512.png and so on), public/favicon.ico and
    public/site.webmanifest, replacing what is there. The result has the tags to put into the page's head. The same
    style and colours give the same logo again; change a word of the style for another one.
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
    """The design, and the size of its SVG in bytes."""

    design: Design
    size: int


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


@tool.stage("drawing", until=25)
def drawing(run: Run, args: Arguments, made: Design) -> Drawn:
    svg = draw(made).encode()
    run.files.write(SVG, svg)
    run.progress(1, f"{SVG}, {size.shown(len(svg))}")
    return Drawn(design=made, size=len(svg))


@tool.stage("exporting", until=100)
def export(run: Run, args: Arguments, drawn: Drawn) -> Logo:
    svg = read_file(run, SVG).decode()
    exports = list(_exports(run, drawn.design, svg))
    for count, (path, make) in enumerate(exports, 1):
        run.files.write(path, make())
        run.progress(count / len(exports), path)
    return _result(drawn.design)


def _exports(run: Run, made: Design, svg: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for pixels, path in PNGS.items():
        yield path, partial(render, svg, pixels)
    yield ICO, partial(icon, svg)
    yield MANIFEST, partial(manifest, made, run.files.read(MANIFEST))


def _result(made: Design) -> Logo:
    tags = link_tags(made)
    text = f"Drew a {made.style} logo: {', '.join(PATHS)}.\nPut this into the page's <head>:\n{tags}"
    palette = palette_of(made)
    colours = [colour.hex for colour in (palette.start, palette.end, palette.ink, palette.accent)]
    return Logo(text=text, files=list(PATHS), style=made.style, colors=colours, html=tags)
