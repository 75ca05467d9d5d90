"""Syntax errors of HTML: tags that are not closed, or close nothing."""

import re
from itertools import islice

import tree_sitter_html
from tree_sitter import Node

from workers.syntax.fault import MOST_FAULTS, Fault
from workers.syntax.tree import broken, fault_of, nodes, parse

_TAG_START = re.compile(rb"</?[A-Za-z]")
_VOID = "area base br col embed hr img input link meta param source track wbr"
_ENDED_BY_OTHERS = "body caption colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr"
_END_MAY_LACK = {*_VOID.split(), *_ENDED_BY_OTHERS.split()}


def parse_html(text: str) -> list[Fault]:
    source = text.encode()
    root = parse(tree_sitter_html.language(), source)
    if root is None:
        return []
    return list(islice((fault for node in nodes(root) for fault in _faults(source, node)), MOST_FAULTS))


def _faults(source: bytes, node: Node) -> list[Fault]:
    if node.type == "erroneous_end_tag":
        return [fault_of(source, node, f"`</{_tag_name(source, node)}>` closes nothing")]
    unclosed = [
        fault_of(source, tag, f"`<{_tag_name(source, tag)}>` is never closed")
        for tag in _unended_tags(node)
        if _tag_name(source, tag).lower() not in _END_MAY_LACK
    ]
    fault = broken(source, node) if not unclosed and _is_torn_tag(source, node) else None
    return [fault] if fault else unclosed


def _is_torn_tag(source: bytes, node: Node) -> bool:
    """Of what the grammar does not know, browsers mind only a tag that never ends; a lone `>` or `&` is text."""
    return node.is_error and _TAG_START.match(source, node.start_byte) is not None


def _unended_tags(node: Node) -> list[Node]:
    """The start tags in a node that have no end there; what an unclosed tag holds, the grammar puts in an ERROR."""
    if node.is_error:
        return [child for child in node.children if child.type == "start_tag"][:MOST_FAULTS]
    parts = node.children if node.type.endswith("element") else []
    closed = not parts or parts[0].type != "start_tag" or parts[-1].type == "end_tag"
    return [] if closed else [parts[0]]


def _tag_name(source: bytes, tag: Node) -> str:
    name = next((child for child in tag.children if child.type.endswith("tag_name")), None)
    return "" if name is None else source[name.start_byte : name.end_byte].decode(errors="replace")
