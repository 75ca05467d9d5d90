"""Which paths patterns mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.text.globs import Globs


@pytest.mark.parametrize(
    ("patterns", "fitting", "others"),
    [
        ("*.css", ["a.css", "x/y/a.css"], ["a.css.map", "css"]),
        ("src/*.ts", ["src/a.ts"], ["src/x/a.ts", "x/src/a.ts"]),
        ("src/**/*.ts", ["src/a.ts", "src/x/y/a.ts"], ["a.ts", "src/a.tsx"]),
        ("**", ["a", "a/b/c", ".env"], []),
        ("**/*", ["a", "a/b/c"], []),
        ("node_modules", ["node_modules/x", "a/node_modules/x/y", "node_modules"], ["node_modules2/x"]),
        ("src/ui", ["src/ui/a", "src/ui/x/a"], ["src/uix", "x/src/ui/a"]),
        ("dist/", ["dist/a", "x/dist/a"], ["dista"]),
        ("/README.md, ./a.txt", ["README.md", "a.txt"], ["x/README.md"]),
        ("*.{ts,t{s,x}x}", ["a.ts", "a.tsx", "a.txx"], ["a.tx"]),
        ("a?c.[ch]", ["abc.c", "x/abc.h"], ["ac.c", "abc.o"]),
        ("file[!0-9].md", ["fileA.md"], ["file1.md"]),
        ("a, b ,", ["a", "b"], ["c"]),
        ("A.md", ["A.md"], ["a.md"]),
        ("", [], ["a"]),
    ],
)
def test_patterns_fit_as_they_say(patterns: str, fitting: list[str], others: list[str]) -> None:
    globs = Globs(patterns)
    assert [path for path in [*fitting, *others] if globs.fits(path)] == fitting


@pytest.mark.parametrize("patterns", ["{a", "a}", "..", "a/../b", "/", "{a,b}" * 7])
def test_patterns_that_cannot_be_read_are_refused(patterns: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Globs(patterns)


def test_no_pattern_takes_long() -> None:
    stars = Globs("*a" * 120 + "b")
    folders = Globs("**/" * 100 + "x/**/b/y")
    assert not stars.fits("a" * 255)
    assert not folders.fits("/".join("ab" * 250))


@given(st.text(alphabet="ab*?[]{}!-,./", max_size=30), st.text(alphabet="ab./-", min_size=1, max_size=20))
def test_any_text_is_read_or_refused(patterns: str, path: str) -> None:
    try:
        globs = Globs(patterns)
    except ValueError:
        return
    assert globs.fits(path) in (True, False)
