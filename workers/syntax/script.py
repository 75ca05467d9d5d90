"""Syntax errors of JavaScript and TypeScript, with JSX."""

from itertools import islice

from tree_sitter import Node

from workers.syntax.brackets import Bracket, Brackets
from workers.syntax.fault import MOST_FAULTS, Fault
from workers.syntax.tree import broken, fault_of, in_characters, nodes, parse

_SIGNS = {"(", ")", "[", "]", "{", "}", "${"}


def parse_script(text: str, dialect: str) -> list[Fault]:
    """Faults in the order in which they stand; a bracket that is never closed, the usual reason, first."""
    source = text.encode()
    root = parse(_language(dialect), source)
    if root is None:
        return []
    faults = (fault for node in nodes(root) if (fault := broken(source, node) or _unclosed_tag(source, node)))
    first = _bracket_faults(source, root) if root.has_error else []
    return [*first, *islice(faults, MOST_FAULTS)]


def _language(dialect: str) -> object:
    if dialect == "javascript":
        import tree_sitter_javascript

        return tree_sitter_javascript.language()
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx() if dialect == "tsx" else tree_sitter_typescript.language_typescript()


def _unclosed_tag(source: bytes, node: Node) -> Fault | None:
    """The grammar pairs any two tags: `<a></b>` passes it."""
    if node.type != "jsx_element":
        return None
    opening, closing = node.child_by_field_name("open_tag"), node.child_by_field_name("close_tag")
    if opening is None or closing is None:
        return None
    opened, closed = _tag_name(source, opening), _tag_name(source, closing)
    if opened == closed:
        return None
    line = opening.start_point[0] + 1
    return fault_of(source, closing, f"`</{closed}>` does not close the `<{opened}>` of line {line}")


def _tag_name(source: bytes, tag: Node) -> str:
    name = tag.child_by_field_name("name")
    return "" if name is None else source[name.start_byte : name.end_byte].decode(errors="replace")


def _bracket_faults(source: bytes, root: Node) -> list[Fault]:
    brackets = Brackets()
    for node in nodes(root):
        if node.child_count == 0 and not node.is_missing and node.type in _SIGNS:
            brackets.take(Bracket(node.type[-1], node.start_byte))
    return [in_characters(source, fault) for fault in brackets.faults(source.decode("latin-1"))]
