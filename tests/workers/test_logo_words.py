"""What a model's words for colours and styles mean, and colours as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.logo.colour import Colour, contrast, from_hex, oklch, to_oklch
from workers.logo.wording import find_colours, find_style


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["#0af", "dark blue"], ["#00aaff", "#00008b"]),
        ("navy and gold", ["#000080", "#ffd700"]),
        ("a light sea green, with rgb(255, 0, 10) and emerald", ["#20b2aa", "#ff000a", "#10a56f"]),
        ("#11223344 #112", ["#112233", "#111122"]),
        ("white", ["#ffffff"]),
        ("no hue at all", []),
        (None, []),
        (["red", "red", "lime", "blue", "cyan", "pink"], ["#ff0000", "#00ff00", "#0000ff", "#00ffff"]),
    ],
)
def test_colours_are_found_in_free_words(said: str | list[str] | None, found: list[str]) -> None:
    assert [colour.hex for colour in find_colours(said)] == found


@pytest.mark.parametrize(
    ("said", "style"),
    [
        ("Modern, playful and fun!", "playful"),
        ("MINIMALIST", "minimal"),
        ("an eco-friendly yoga studio", "petals"),
        ("80s synthwave", "retro"),
        ("AI startup", "orbit"),
        ("xyzzy", None),
        (None, None),
    ],
)
def test_a_style_is_found_in_free_words(said: str | None, style: str | None) -> None:
    assert find_style(said) == style


@given(st.builds(Colour, *[st.floats(0, 1)] * 3))
def test_a_colour_goes_through_oklch_and_back(colour: Colour) -> None:
    back = oklch(*to_oklch(colour))
    assert all(abs(getattr(back, part) - getattr(colour, part)) < 0.02 for part in ("red", "green", "blue"))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(from_hex("#fff"), from_hex("#000")) == pytest.approx(21)
    assert contrast(from_hex("#767676"), from_hex("#ffffff")) == pytest.approx(4.54, abs=0.01)
