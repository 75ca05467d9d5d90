"""The OpenAPI document as one HTML page without scripts. Pure."""

from collections.abc import Iterator
from html import escape
from typing import Any

from gateway.spec.shown import code, inline, kind, schema_rows

Node = dict[str, Any]

DETAILS = "<details><summary>{summary}</summary>{content}</details>"


def page(document: Node, style: str) -> str:
    """The whole page, with this style sheet inside."""
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(info['title'])}: API reference</title><style>{style}</style></head><body>",
        f'<nav aria-label="Operations">{_navigation(document)}</nav><main>',
        f"<header><h1>{escape(info['title'])}</h1>{_prose(info['description'])}{_documents()}</header>",
        *_sections(document),
        _schemas(document["components"]["schemas"]),
        "</main></body></html>",
    ]
    return "".join(parts)


def _documents() -> str:
    return (
        '<p class="links"><a href="/openapi.json">OpenAPI</a> · <a href="/asyncapi.json">AsyncAPI</a> · '
        '<a href="#schemas">Schemas</a></p>'
    )


def _operations(document: Node, tag: str) -> Iterator[tuple[str, str, Node]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method, path, operation


def _navigation(document: Node) -> str:
    parts = [f'<a class="home" href="#">{escape(document["info"]["title"])}</a>']
    for tag in document["tags"]:
        links = [
            f'<li><a href="#{one["operationId"]}"><span class="verb {method}">{method}</span>{escape(one["summary"])}</a></li>'
            for method, _, one in _operations(document, tag["name"])
        ]
        parts.append(f"<h2>{escape(tag['name'])}</h2><ul>{''.join(links)}</ul>")
    return "".join(parts) + '<h2><a href="#schemas">schemas</a></h2>'


def _sections(document: Node) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<section><h2>{escape(tag['name'])}</h2>{_prose(tag['description'])}"
        for method, path, operation in _operations(document, tag["name"]):
            yield _operation(method, path, operation)
        yield "</section>"


def _operation(method: str, path: str, operation: Node) -> str:
    parts = [
        f'<article id="{operation["operationId"]}"><h3>{escape(operation["summary"])}</h3>',
        f'<p class="path"><span class="verb {method}">{method}</span><code>{_breakable(path)}</code></p>',
        _prose(operation.get("description", "")),
        _parameters(operation.get("parameters", [])),
        _body(operation.get("requestBody")),
        "<h4>Answers</h4>",
        *(_answer(status, answer) for status, answer in operation["responses"].items()),
        "</article>",
    ]
    return "".join(parts)


def _parameters(parameters: list[Node]) -> str:
    rows = [
        f"<dt><code>{escape(one['name'])}</code> <em>{one['in']}{'' if one.get('required') else ', optional'}</em></dt>"
        f"<dd>{_prose(one['description'])}<p>{kind(one['schema'])}</p></dd>"
        for one in parameters
    ]
    return f"<h4>Parameters</h4><dl>{''.join(rows)}</dl>" if rows else ""


def _body(body: Node | None) -> str:
    if not body:
        return ""
    parts = ["<h4>Body</h4>"]
    for media, content in body["content"].items():
        parts.append(
            f"<p><code>{escape(media)}</code> {kind(content['schema']) if 'schema' in content else 'bytes'}</p>"
        )
        for example in content.get("examples", {}).values():
            summary = f"Example: {escape(example['summary'])}"
            parts.append(DETAILS.format(summary=summary, content=code(example["value"])))
    return "".join(parts)


def _answer(status: str, answer: Node) -> str:
    content = "".join(_media(media, one) for media, one in answer.get("content", {}).items())
    headers = ", ".join(f"<code>{escape(name)}</code>" for name in answer.get("headers", {}))
    head = f'<span class="status s{status[0]}">{status}</span> {inline(answer["description"])}'
    return f'<div class="answer"><p>{head}</p>{content}{f"<p>With {headers}.</p>" if headers else ""}</div>'


def _media(media: str, content: Node) -> str:
    if media == "application/problem+json":
        return ""
    if "itemSchema" in content:
        rows = [
            f"<dt><code>{escape(one['title'])}</code></dt><dd>{kind(one['properties']['data']['contentSchema'])}</dd>"
            for one in content["itemSchema"]["oneOf"]
        ]
        return f"<p><code>{media}</code>; the data of each event, by its name:</p><dl>{''.join(rows)}</dl>"
    return f"<p><code>{escape(media)}</code> {kind(content['schema']) if 'schema' in content else 'bytes'}</p>"


def _schemas(schemas: Node) -> str:
    parts = []
    for name, schema in schemas.items():
        examples = "".join(
            DETAILS.format(summary="Example", content=code(example)) for example in schema.get("examples", [])
        )
        about = _prose(schema.get("description", ""))
        parts.append(
            f'<article id="schema-{name}"><h3>{escape(name)}</h3>{about}{schema_rows(schema)}{examples}</article>'
        )
    return f'<section id="schemas"><h2>schemas</h2>{"".join(parts)}</section>'


def _breakable(path: str) -> str:
    """A long path may be broken after each slash."""
    return escape(path).replace("/", "/<wbr>")


def _prose(text: str) -> str:
    return "".join(f"<p>{inline(part)}</p>" for part in text.split("\n\n") if part)
