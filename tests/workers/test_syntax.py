"""Syntax errors: found where they are, not found where there are none, and never an exception."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.syntax.check import MAX_PARSED_BYTES, find_faults

SUFFIXES = ["json", "py", "js", "jsx", "mjs", "ts", "tsx", "css", "html"]
MARKUP = "(){}[]<>/'\"`\\;:,.=*#@!&-+ \n\tab1é\0"


@pytest.mark.parametrize(
    ("name", "text", "line", "column", "message"),
    [
        ("a.json", '{"a": 1', 1, 8, "Expecting"),
        ("a.json", "[" * 100_000, 1, 1, "nested too deeply"),
        ("a.webmanifest", "", 1, 1, "Expecting value"),
        ("a.py", "x = 1\ndef f(:\n    pass\n", 2, 7, "invalid syntax"),
        ("a.py", "é = (\n", 1, 5, "never closed"),
        ("a.py", "def f():\nreturn 1\n", 2, 1, "expected an indented block"),
        ("a.js", "const a = 1;\nconst b = ;\nf();\n", 2, 11, "unexpected `;`"),
        ("a.ts", "const é = [1, 2;\n", 1, 11, "`[` is never closed"),
        ("a.tsx", "export const A = () => {\n  if (x) {\n}\n", 1, 24, "`{` is never closed"),
        ("a.tsx", "const a = (\n  <p>é<b>x</i></p>\n);\n", 2, 11, "`</i>` does not close the `<b>` of line 2"),
        ("a.jsx", "f(a,;\n", 1, 2, "`(` is never closed"),
        ("a.css", "a {\n  color red;\n}\n", 2, 3, "a declaration needs a colon"),
        ("a.css", "a { color: red;\n", 1, 3, "`{` is never closed"),
        ("a.css", "a { color: red }\n}\n", 2, 1, "`}` closes nothing"),
        ("a.css", 'a { content: "x\n}', 1, 14, "this string is not closed"),
        ("a.css", "a {} /* x", 1, 6, "this comment is never closed"),
        ("a.html", "<div>\n</span>\n</div>\n", 2, 1, "`</span>` closes nothing"),
        ("a.html", "<div>\n<section><p>a</p></section>\n", 1, 1, "`<div>` is never closed"),
        ("a.html", '<a href="x>y</a>\n', 1, 1, 'unexpected `<a href="x>y</a>`'),
        ("a.css", b"a { }\n\xff", 2, 1, "this is not UTF-8"),
    ],
)
def test_a_fault_is_told_with_its_place(name: str, text: str | bytes, line: int, column: int, message: str) -> None:
    found = find_faults(name, text.encode() if isinstance(text, str) else text)[0]
    assert (found.line, found.column) == (line, column)
    assert message in found.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '\ufeff{"n": ' + "1" * 5000 + "}"),
        ("tsconfig.app.json", "{ /* comments are usual here */ }"),
        (".vscode/settings.json", "{ // too\n}"),
        ("a.py", "import re\nx = '\\d'\nassert (x, 'always')\n"),
        ("a.js", "#!/usr/bin/env node\nexport default async () => { await a?.b ?? c };\n"),
        ("a.tsx", "const f = <T,>(a: T) => <A.B {...p} c={`${a}`}>&nbsp;it's{/* c */}<></></A.B>;\n"),
        (
            "a.ts",
            "enum E { A }\nabstract class B<const T> { static {} #x?: T; declare y: E }\nlet z = y satisfies E;\n",
        ),
        ("a.css", '@import "tailwindcss";\n@custom-variant dark (&:is(.dark *));\n@theme inline { --a: var(--b); }\n'),
        ("a.css", "@media (width >= 40rem) { .md\\:w-1\\/2 { &:hover { inset: 0 } @apply p-2; } }\n"),
        ("a.css", 'a{background:url(data:image/png;base64,AA==);margin:0 /* c; */}@font-face{src:url( "x" )}'),
        ("a.html", "<!doctype html><html><head><meta charset=utf-8><body><ul><li>a<li>b</ul><br><img src=x>a & b > c"),
        ("a.html", "<table><tr><td>x<tr><td>y</table><svg><path d=''/></svg><script>if (a<b) {}</script>"),
        ("a.txt", "((("),
        ("Makefile", "((("),
        ("a.json", "x" * (MAX_PARSED_BYTES + 1)),
    ],
)
def test_what_is_fine_or_unknown_has_no_faults(name: str, text: str) -> None:
    assert find_faults(name, text.encode()) == []


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SUFFIXES), st.text(MARKUP, max_size=60) | st.text(max_size=40))
def test_no_text_makes_a_parser_raise(suffix: str, text: str) -> None:
    content = text.encode(errors="replace")
    for fault in find_faults(f"a.{suffix}", content):
        assert 1 <= fault.line <= content.count(b"\n") + content.count(b"\r") + content.count(b"\f") + 2
        assert fault.column >= 1


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("unit", ["(", "{", "[", "<a>", "`${", "f(a<b<", "a b + ] ) } @ # ", "=> ", "/*", '"', "a;\n{"])
def test_hostile_text_is_given_up_in_time(suffix: str, unit: str) -> None:
    start = time.monotonic()
    find_faults(f"a.{suffix}", (unit * 200_000)[:200_000].encode())
    assert time.monotonic() - start < 20
