"""Real files turned into other real files by edits alone, as a model would make them; the outcome is exact to the byte."""

import csv
import difflib
import json.decoder
import json.encoder
import json.scanner
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.workers.bench import App

PAIRS = [(json.decoder, json.encoder), (json.encoder, json.scanner), (textwrap, csv)]


def lines_of(module: ModuleType) -> list[str]:
    assert module.__file__
    return Path(module.__file__).read_text().split("\n")


def edits(before: list[str], after: list[str]) -> Iterator[tuple[int, int, list[str]]]:
    """(first, last, new lines), from the end of the file to its start."""
    for kind, low, high, new_low, new_high in reversed(difflib.SequenceMatcher(a=before, b=after).get_opcodes()):
        new = after[new_low:new_high]
        if kind == "insert" or new == [""]:
            high, new = high + 1, [*new, before[high]]
        if kind != "equal":
            yield low + 1, high, new


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda module: module.__name__)
def test_one_module_becomes_another_by_edits(source: ModuleType, target: ModuleType, newline: str) -> None:
    before, after = lines_of(source), lines_of(target)
    app = App({"a.py": newline.join(before)})
    for first, last, new in edits(before[:-1], after[:-1]):
        app.run(
            "os-line-replace",
            file_path="a.py",
            search="\n".join(before[first - 1 : last]),
            first_replaced_line=first,
            last_replaced_line=last,
            replace="\n".join(new),
        )
    assert app.files["a.py"].decode() == newline.join(after)
