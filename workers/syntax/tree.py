"""Trees by tree-sitter, within a time limit: its recovery from errors can take for ever on hostile text."""

import time
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Language, Node, Parser

from workers.syntax.fault import Fault

_MOST_SECONDS = 1.0
_MOST_NODES = 100_000
_PIECE_BYTES = 64 * 1024
_SHOWN_CHARACTERS = 40


def parse(language: object, source: bytes) -> Node | None:
    """The root of the tree; None when the parser took too long. `language` is what a grammar's package gives."""
    deadline = time.monotonic() + _MOST_SECONDS
    try:
        tree = Parser(Language(language)).parse(
            lambda offset, _: source[offset : offset + _PIECE_BYTES],
            progress_callback=lambda *_: time.monotonic() > deadline,
        )
    except ValueError:
        return None
    return tree.root_node


def nodes(root: Node) -> Iterator[Node]:
    """The nodes, a parent before its children; of a very large tree only the first hundred thousand."""
    return islice(_all_nodes(root), _MOST_NODES)


def _all_nodes(root: Node) -> Iterator[Node]:
    """Without recursion: trees of hostile text are deep."""
    cursor = root.walk()
    while True:
        if node := cursor.node:
            yield node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def fault_of(source: bytes, node: Node, message: str) -> Fault:
    """A fault where the node starts."""
    row, column = node.start_point
    before = source[node.start_byte - column : node.start_byte].decode(errors="replace")
    return Fault(line=row + 1, column=len(before) + 1, message=message)


def in_characters(source: bytes, fault: Fault) -> Fault:
    """The same fault, whose column was counted in bytes."""
    line = source.split(b"\n", fault.line)[fault.line - 1]
    before = line[: fault.column - 1].decode(errors="replace")
    return fault.model_copy(update={"column": len(before) + 1})


def broken(source: bytes, node: Node) -> Fault | None:
    """The fault that a node of the grammar's error recovery stands for."""
    if node.is_missing:
        return fault_of(source, node, f"expected `{node.type}`")
    if node.is_error:
        return fault_of(source, node, f"unexpected `{_first_line(source, node)}`")
    return None


def _first_line(source: bytes, node: Node) -> str:
    end = min(node.end_byte, node.start_byte + 4 * _SHOWN_CHARACTERS)
    text = source[node.start_byte : end].decode(errors="ignore")
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + "…"
