"""Requests that are wrong, each with the problem it gets. None of them may leave anything behind.

To add one is a line in BAD: its name, the request, the status, the problem's type and words of its detail; besides, where
it matters, the places that `errors` names and what headers must be there. Identities are words of `wire.KEYS`.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.tables import metadata
from tests.gateway.conftest import KEY, Scene
from tests.gateway.test_archives import info, tar, zipped
from tests.gateway.test_calls import write
from tests.gateway.wire import Answer, Request, ask, raw, send, streamed

APP = "/v1/apps/bad-requests"
MESSAGE = f"{APP}/messages/m1"
CALLS = f"{MESSAGE}/tool-calls"
FRESH = f"{APP}/messages/fresh/tool-calls"
FILES = f"{APP}/files"
ARCHIVE = f"{APP}/archive"
UNTOLD = ("Traceback", 'File "', "site-packages", "sqlalchemy", "psycopg", str(Path(__file__).parents[2]))
MOST_BODY, MOST_FILE, MOST_APP = 64 * 1024, 1000, 100_000


@dataclass(frozen=True)
class Bad:
    """A wrong request and the problem that it gets."""

    name: str
    request: Request
    status: int
    type: str
    words: str = ""
    places: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def batch(*entries: Any, path: str = FRESH, **more: str) -> Request:
    return ask("POST", path, json.dumps({"tool_calls": list(entries)}), **more)


def plain(**fields: Any) -> dict[str, Any]:
    """A good entry, but for the fields given; None takes one away."""
    entry = {"id": "c1", "name": "os-write", "arguments": {"file_path": "a", "content": "x"}} | fields
    return {name: value for name, value in entry.items() if value is not None}


def openai(function: Any) -> dict[str, Any]:
    return {"id": "c", "type": "function", "function": function}


def said(arguments: str) -> dict[str, Any]:
    """A call whose arguments are text, as a model writes it."""
    return {"type": "function_call", "call_id": "c1", "name": "os-write", "arguments": arguments}


def malformed(name: str, request: Request, words: str = "", *places: str) -> Bad:
    return Bad(name, request, 400, "malformed", words, places)


def unknown(name: str, request: Request, words: str = "") -> Bad:
    return Bad(name, request, 401, "unauthorized", words, headers={"www-authenticate": 'Bearer realm="toolreel"'})


def conflict(name: str, request: Request, kind: str, words: str, *places: str) -> Bad:
    return Bad(name, request, 409, kind, words, places)


def busy(name: str, request: Request) -> Bad:
    return Bad(name, request, 409, "busy", "k", headers={"retry-after": "1"})


def changed(name: str, request: Request, words: str = "") -> Bad:
    return Bad(name, request, 412, "precondition-failed", words)


def large(name: str, request: Request, words: str) -> Bad:
    return Bad(name, request, 413, "too-large", words)


def unread(name: str, request: Request, words: str = "") -> Bad:
    return Bad(name, request, 415, "unsupported-media-type", words)


def body(name: str, text: bytes | str, words: str) -> Bad:
    return malformed(name, ask("POST", FRESH, text), words)


def entry(name: str, wrong: Any, words: str, *places: str) -> Bad:
    """A batch whose second entry is wrong."""
    return malformed(name, batch(plain(id="good"), wrong), words, *(f"/tool_calls/1{place}" for place in places))


def query(path: str, words: str) -> Bad:
    return malformed(f"?{path.partition('?')[2][:60]} of {path.partition('?')[0]}", ask("GET", path), words)


def method(verb: str, path: str, allow: str) -> Bad:
    return Bad(f"{verb} {path}", ask(verb, path), 405, "method-not-allowed", verb, headers={"allow": allow})


def missing(path: str, words: str = "no such path") -> Bad:
    return Bad(f"nothing at {path[:60]}", ask("GET", path), 404, "not-found", words)


IDENTITIES = [
    unknown("no key", ask("GET", "/v1/tools", key="none"), "Authorization"),
    unknown("a wrong key", ask("GET", "/v1/tools", key="wrong")),
    unknown("an empty key", ask("GET", "/v1/tools", key="empty")),
    unknown("a key without a scheme", ask("GET", "/v1/tools", key="bare")),
    unknown("a key in another scheme", ask("GET", "/v1/tools", key="basic")),
    unknown("a key that is not ASCII", ask("GET", "/v1/tools", key="not ASCII")),
    unknown("no key to submit", batch(plain(), key="none")),
    unknown("no key to write", ask("PUT", f"{FILES}/x", b"1", key="none")),
    unknown("no key to delete", ask("DELETE", f"{FILES}/kept", key="wrong")),
    unknown("no key to watch", ask("GET", f"{MESSAGE}/events", key="none")),
    malformed("a secret in the query", ask("GET", f"/v1/tools?api_key={KEY}"), "URL"),
    malformed("a secret in the query of a submit", ask("POST", f"{FRESH}?token={KEY}", "{}"), "URL"),
    malformed("a secret in the query of a stream", ask("GET", f"{MESSAGE}/events?access_token={KEY}"), "URL"),
]

IDS = [
    malformed("an app in capitals", ask("GET", "/v1/apps/Demo/files"), "app_id"),
    malformed("an app with _", ask("GET", "/v1/apps/a_b/files"), "app_id"),
    malformed("an app with .", ask("GET", "/v1/apps/a.b/files"), "app_id"),
    malformed("an app that is ..", ask("GET", "/v1/apps/%2E%2E/files"), "app_id"),
    malformed("an app that begins with -", ask("POST", "/v1/apps/-a/messages/m/tool-calls", "{}"), "app_id"),
    malformed("an app that ends with -", ask("PUT", "/v1/apps/a-/files/x", b"1"), "app_id"),
    malformed("an app of 64 characters", ask("PUT", f"/v1/apps/{'a' * 64}/archive", b"1"), "app_id"),
    malformed("an app with a NUL", ask("GET", "/v1/apps/a%00/messages"), "app_id"),
    malformed("an app that is not ASCII", ask("GET", "/v1/apps/%C3%A9/events"), "app_id"),
    malformed("an app with a line end", ask("GET", "/v1/apps/a%0A/messages"), "app_id"),
    malformed("a message with .", ask("GET", f"{APP}/messages/m.1"), "message_id"),
    malformed("a message with a space", ask("POST", f"{APP}/messages/m%201/tool-calls", "{}"), "message_id"),
    malformed("a message of 129 characters", ask("GET", f"{APP}/messages/{'m' * 129}/results"), "message_id"),
    malformed("a message with a NUL", ask("POST", f"{APP}/messages/%00/text", "{}"), "message_id"),
    malformed("a message with :", ask("GET", f"{APP}/messages/m:1/events"), "message_id"),
    malformed("a call with a space", ask("GET", f"{CALLS}/c%201"), "call_id"),
    malformed("a call of 129 characters", ask("GET", f"{CALLS}/{'c' * 129}"), "call_id"),
    malformed("a call that is no UTF-8", ask("GET", f"{CALLS}/%FF"), "call_id"),
    malformed("a call with a space, to be paused", ask("POST", f"{CALLS}/c%201/pause"), "call_id"),
]

PATHS = [
    missing("/v1/nothing"),
    missing("/v2/tools"),
    missing("/v1/tools/"),
    missing("/V1/tools"),
    missing("//v1/tools"),
    missing("/v1/apps//files"),
    missing("/v1/apps/a%2Fb/files"),
    missing(f"{APP}/messages/m1%2Fresults%2Fx"),
    missing(f"{FILES}/a%0Ab"),
    missing(f"{APP}/../../etc/passwd"),
    missing(f"/{'a' * 5000}"),
    missing(f"{APP}/messages/unknown", "no message unknown"),
    missing(f"{APP}/messages/unknown/results", "no message unknown"),
    missing(f"{CALLS}/unknown", "no tool call unknown"),
    missing(f"{FILES}/unknown", "no file unknown"),
    missing(f"{FILES}/unknown/history", "never had"),
    missing(f"{FILES}/kept?version=7", "no version 7"),
    missing(f"{FILES}/kept?version=0", "no version 0"),
    missing("/v1/apps/never-seen/messages/m1", "no message m1"),
    method("POST", "/v1/tools", "GET, HEAD"),
    method("DELETE", MESSAGE, "GET, HEAD"),
    method("GET", FRESH, "POST"),
    method("PUT", FRESH, "POST"),
    method("GET", f"{CALLS}/c1/pause", "POST"),
    method("PATCH", f"{FILES}/kept", "DELETE, GET, HEAD, PUT"),
    method("POST", ARCHIVE, "GET, HEAD, PUT"),
    method("DELETE", ARCHIVE, "GET, HEAD, PUT"),
    method("PUT", FILES, "GET, HEAD"),
    method("OPTIONS", FILES, "GET, HEAD"),
    method("POST", "/healthz", "GET, HEAD"),
]

BODIES = [
    body("no body", b"", "not JSON"),
    body("words", "hello", "not JSON"),
    body("null", "null", "must be a JSON object"),
    body("a number", "7", "must be a JSON object"),
    body("a list", "[]", "must be a JSON object"),
    body("JSON that is cut off", '{"tool_calls": [', "not JSON"),
    body("JSON with a comma too many", '{"tool_calls": [],}', "not JSON"),
    body("JSON in single quotes", "{'tool_calls': []}", "not JSON"),
    body("two JSON texts", "{}{}", "not JSON"),
    body("JSON with a comment", "{} // nothing", "not JSON"),
    body("a line end in a string", '{"a": "\n"}', "not JSON"),
    body("NaN", '{"a": NaN}', "not JSON"),
    body("Infinity", '{"a": Infinity}', "not JSON"),
    body("-Infinity", '{"a": -Infinity}', "not JSON"),
    body("a float that is too large", '{"a": 1e999}', "not JSON"),
    body("a float that is too large, in 400 digits", f'{{"a": {"1" * 400}.5}}', "not JSON"),
    body("an integer of 5000 digits", f'{{"a": {"9" * 5000}}}', "not JSON"),
    body("a lone surrogate", r'{"a": "\ud800"}', "not JSON"),
    body("a lone surrogate as a name", r'{"\udc00": 1}', "not JSON"),
    body("a lone surrogate in bytes", b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
    body("bytes that are no UTF-8", b'{"a": "\xff"}', "not UTF-8"),
    body("an overlong NUL", b'{"a": "\xc0\x80"}', "not UTF-8"),
    body("Latin-1", '{"a": "é"}'.encode("latin-1"), "not UTF-8"),
    body("a byte order mark", b'\xef\xbb\xbf{"tool_calls": []}', "not JSON"),
    body("UTF-16", '{"tool_calls": []}'.encode("utf-16"), "not UTF-8"),
    body("UTF-16 without a mark", '{"tool_calls": []}'.encode("utf-16-le"), "not JSON"),
    body("a NUL behind the end", b"{}\0", "not JSON"),
    body("300 levels", '{"a": ' + "[" * 300 + "]" * 300 + "}", "nested too deeply"),
    body("300 levels behind a long integer", f'{{"a": {"9" * 30}, "b": {"[" * 300}{"]" * 300}}}', "nested too deeply"),
    body("1000 levels behind a long integer", f'{{"a": {"9" * 30}, "b": {"[" * 1000}{"]" * 1000}}}', ""),
    body("20,000 levels that do not end", "[" * 20_000, "not JSON"),
    unread("text", ask("POST", FRESH, "{}", kind="text/plain"), "text/plain"),
    unread("a form", ask("POST", FRESH, "a=1", kind="application/x-www-form-urlencoded")),
    unread("files of a form", ask("POST", FRESH, "", kind="multipart/form-data; boundary=x")),
    unread("lines of JSON", ask("POST", FRESH, "{}", kind="application/x-ndjson")),
    unread("gzip", ask("POST", FRESH, b"\x1f\x8b", Content_Encoding="gzip"), "gzip"),
    large("a body that is too large", ask("POST", FRESH, b" " * (MOST_BODY + 1)), str(MOST_BODY)),
    large("a body that says so", ask("POST", FRESH, b"{}", Content_Length="9" * 15), str(MOST_BODY)),
    large("a body that does not say so", streamed("POST", FRESH, 70, b" " * 1000), str(MOST_BODY)),
    malformed("a piece of a body", ask("POST", FRESH, b"{}", Content_Range="bytes 0-1/9"), "Content-Range"),
]

SHAPES = [
    malformed("no calls", ask("POST", FRESH, "{}"), "tool_calls", "/tool_calls"),
    malformed("null for calls", ask("POST", FRESH, '{"tool_calls": null}'), "tool_calls", "/tool_calls"),
    malformed("a call for calls", ask("POST", FRESH, json.dumps({"tool_calls": plain()})), "tool_calls", "/tool_calls"),
    malformed("an empty batch", batch(), "tool_calls", "/tool_calls"),
    large("300 calls", batch(*(plain(id=f"c{number}") for number in range(300))), "256"),
    entry("null for a call", None, "1 of 2", ""),
    entry("a list for a call", [], "must be an object", ""),
    entry("text for a call", "os-write", "must be an object", ""),
    entry("a number for a call", 7, "must be an object", ""),
    entry("an empty object for a call", {}, "1 of 2", "/id", "/name", "/arguments"),
    entry("no id", plain(id=None), "/id", "/id"),
    entry("an empty id", plain(id=""), "/id", "/id"),
    entry("a number for an id", plain(id=7), "/id", "/id"),
    entry("an id of 129 characters", plain(id="c" * 129), "/id", "/id"),
    entry("an id with a space", plain(id="c 1"), "/id", "/id"),
    entry("an id with /", plain(id="c/1"), "/id", "/id"),
    entry("an id with a NUL", plain(id="c\0"), "/id", "/id"),
    entry("an id that is not ASCII", plain(id="é"), "/id", "/id"),
    entry("an id with a line end", plain(id="c1\n"), "/id", "/id"),
    entry("no name", plain(name=None), "/name", "/name"),
    entry("an empty name", plain(name=""), "/name", "/name"),
    entry("a list for a name", plain(name=["os-write"]), "/name", "/name"),
    entry("no arguments", plain(arguments=None), "/arguments", "/arguments"),
    entry("a type that is unknown", plain(type="tool"), "/type", "/type"),
    entry("a list for a type", plain(type=["function"]), "/type", "/type"),
    entry("OpenAI without a function", openai(None), "/function", "/function/name", "/function/arguments"),
    entry("OpenAI with a list for its function", openai([]), "/function", "/function/name", "/function/arguments"),
    entry("OpenAI with an object for text", openai({"name": "t", "arguments": {}}), "as text", "/function/arguments"),
    entry("Responses with an id of its own alone", said("{}") | {"id": "c", "call_id": None}, "/call_id", "/call_id"),
    entry("Anthropic without input", {"id": "c", "type": "tool_use", "name": "t"}, "/input", "/input"),
    malformed("two that are wrong", batch(plain(id=""), 7), "2 of 2", "/tool_calls/0/id", "/tool_calls/1"),
    conflict(
        "an id for something else", batch(plain(id="k"), path=CALLS), "tool-call-id-conflict", "k", "/tool_calls/0/id"
    ),
    conflict("an id for two", batch(plain(), plain(name="x")), "tool-call-id-conflict", "c1", "/tool_calls/1/id"),
    malformed("no text", ask("POST", f"{MESSAGE}/text", "{}"), "text", "/text"),
    malformed("an empty text", ask("POST", f"{MESSAGE}/text", '{"text": ""}'), "text", "/text"),
    malformed("a number for a text", ask("POST", f"{MESSAGE}/text", '{"text": 7}'), "text", "/text"),
    malformed("a text that is no JSON", ask("POST", f"{MESSAGE}/text", "hello"), "not JSON"),
]

QUERIES = [
    query(f"{APP}/messages?limit=0", "limit"),
    query(f"{APP}/messages?limit=201", "limit"),
    query(f"{APP}/messages?limit=-1", "limit"),
    query(f"{APP}/messages?limit=", "limit"),
    query(f"{APP}/messages?limit=1.5", "limit"),
    query(f"{APP}/tool-calls?limit=%D9%A1", "limit"),
    query(f"{APP}/tool-calls?limit=1e1", "limit"),
    query(f"{APP}/tool-calls?before=abc", "before"),
    query(f"{APP}/tool-calls?before=-1", "before"),
    query(f"{APP}/messages?before={'9' * 30}", "before"),
    query(f"{APP}/tool-calls?name=a%00", "name"),
    query(f"{APP}/tool-calls?status=done", "status"),
    query(f"{APP}/tool-calls?status=queued,,failed", "status"),
    query(f"{FILES}/kept/history?limit=0", "limit"),
    query(f"{FILES}/kept/history?before=x", "before"),
    query(f"{FILES}/kept?version=abc", "version"),
    query(f"{FILES}/kept?version=-1", "version"),
    query(f"{FILES}/kept?version=", "version"),
    query(f"{FILES}/kept?version={'1' * 10}", "version"),
    query(f"{FILES}?prefix=a%00", "prefix"),
    query(f"{FILES}?prefix={'a' * 1025}", "prefix"),
    query(f"{ARCHIVE}?format=rar", "format"),
    query(f"{ARCHIVE}?format=", "format"),
    query("/v1/tools?format=xml", "format"),
    query(f"{MESSAGE}/results?format=xml", "format"),
    query(f"{MESSAGE}/results?wait=abc", "wait"),
    query(f"{MESSAGE}?wait=-1", "wait"),
    query(f"{MESSAGE}?wait=1.5", "wait"),
    query(f"{MESSAGE}/events?until=done", "until"),
    query(f"{APP}/events?until=idle", "until"),
    query(f"{MESSAGE}/events?batch=-1", "batch"),
    query(f"{MESSAGE}/events?batch=1001", "batch"),
    query(f"{MESSAGE}/events?batch=fast", "batch"),
]

WRITES = [
    malformed("a file that is ..", ask("PUT", f"{FILES}/%2E%2E", b"1"), ".."),
    malformed("a file out of the app", ask("PUT", f"{FILES}/a/..%2F..%2Fb", b"1"), ".."),
    malformed("a file out of the app, plainly", ask("PUT", f"{FILES}/../../x", b"1"), ".."),
    malformed("a file from the root", ask("PUT", f"{FILES}/%2Fetc%2Fpasswd", b"1"), "leading /"),
    malformed("a file with a backslash", ask("PUT", f"{FILES}/a%5Cb", b"1"), "\\"),
    malformed("a file with a NUL", ask("PUT", f"{FILES}/a%00.txt", b"1"), "control"),
    malformed("a file with a tab", ask("GET", f"{FILES}/a%09b"), "control"),
    malformed("a file that is no UTF-8", ask("PUT", f"{FILES}/%FF", b"1"), "UTF-8"),
    malformed("a file that is an overlong ..", ask("PUT", f"{FILES}/%C0%AE%C0%AE", b"1"), "UTF-8"),
    malformed("a file without a name", ask("PUT", f"{FILES}/", b"1"), "name a file"),
    malformed("a folder", ask("PUT", f"{FILES}/a/", b"1"), "folder"),
    malformed("a name of 256 bytes", ask("PUT", f"{FILES}/{'n' * 256}", b"1"), "255"),
    malformed("a path of 1025 bytes", ask("PUT", f"{FILES}/{'abcd/' * 205}", b"1"), "folder"),
    malformed("a path that is too long", ask("PUT", f"{FILES}/{'abcd/' * 205}e", b"1"), "1024"),
    malformed("a condition without quotes", ask("PUT", f"{FILES}/kept", b"2", If_Match="abc"), "if-match"),
    malformed("an empty condition", ask("PUT", f"{FILES}/kept", b"2", If_Match=""), "if-match"),
    malformed("a condition for a reader", ask("GET", f"{FILES}/kept", If_None_Match="x"), "if-none-match"),
    malformed("a piece of a file", ask("PUT", f"{FILES}/kept", b"2", Content_Range="bytes 0-0/2"), "Content-Range"),
    changed("a file that is there", ask("PUT", f"{FILES}/kept", b"2", If_None_Match="*"), "kept"),
    changed("a file that was another", ask("PUT", f"{FILES}/kept", b"2", If_Match='"0"')),
    changed("to delete what was another", ask("DELETE", f"{FILES}/kept", If_Match='"0"')),
    Bad("to delete what is not there", ask("DELETE", f"{FILES}/unknown"), 404, "not-found", "unknown"),
    conflict("a file in a file", ask("PUT", f"{FILES}/kept/inside", b"1"), "conflict", "kept"),
    conflict("a file for a folder", ask("PUT", f"{FILES}/folder", b"1"), "conflict", "folder"),
    busy("a file that a call uses", ask("PUT", f"{FILES}/used", b"1")),
    busy("to delete what a call uses", ask("DELETE", f"{FILES}/used")),
    busy("a tree that a call uses", ask("PUT", ARCHIVE, zipped(("a", b"1")))),
    unread("a compressed file", ask("PUT", f"{FILES}/x", b"1", Content_Encoding="br"), "br"),
    large("a file that is too large", ask("PUT", f"{FILES}/x", bytes(MOST_FILE + 1)), str(MOST_FILE)),
    large("a file that grows too large", streamed("PUT", f"{FILES}/x", 11, bytes(100)), str(MOST_FILE)),
    large("a tree that is too large", streamed("PUT", ARCHIVE, 101, bytes(1000)), str(MOST_APP)),
    large("a tree with a large file", ask("PUT", ARCHIVE, zipped(("a", bytes(MOST_FILE + 1)))), "a is"),
    unread("words for an archive", ask("PUT", ARCHIVE, "hello"), "tar.gz"),
    unread("no archive", ask("PUT", ARCHIVE), "tar.gz"),
    malformed("an archive that climbs out", ask("PUT", ARCHIVE, zipped(("a", b"1"), ("../b", b"1"))), ".."),
    malformed("an archive with a link", ask("PUT", ARCHIVE, tar((info("l", b"2", "/etc/passwd"), b""))), "link"),
    malformed("an archive that is cut off", ask("PUT", ARCHIVE, tar((info("a"), b"1"))[:-9]), "broken"),
    busy("a tree that was another", ask("PUT", ARCHIVE, zipped(("a", b"1")), If_Match='"0"')),
]

BAD = [*IDENTITIES, *IDS, *PATHS, *BODIES, *SHAPES, *QUERIES, *WRITES]

# The model's mistakes: its call fails at once, in words for it, and the rest of the batch goes on.
MISTAKES: list[tuple[str, dict[str, Any], str, str]] = [
    ("a tool that nobody offers", plain(name="os-wirte"), "unknown-tool", "os-write"),
    ("a tool with a name that is no word", plain(name="\0"), "unknown-tool", "no tool"),
    ("a name of 10,000 characters", plain(name="t" * 10_000), "unknown-tool", "no tool"),
    ("arguments that are no JSON", said("{"), "invalid-arguments", "not JSON"),
    ("no text for arguments", said(""), "invalid-arguments", "file_path is missing"),
    ("NaN in arguments", said('{"a": NaN}'), "invalid-arguments", "not JSON"),
    ("arguments of 300 levels", said("[" * 300 + "]" * 300), "invalid-arguments", "deep"),
    ("a list for arguments", plain(arguments=[1]), "invalid-arguments", "list"),
    ("an argument that is missing", plain(arguments={"file_path": "a"}), "invalid-arguments", "content is missing"),
    ("an argument of another type", plain(arguments={"file_path": 7, "content": ""}), "invalid-arguments", "must be"),
    ("an argument too many", plain(name="logo", arguments={"mode": 1}), "invalid-arguments", "mode"),
    ("a path out of the app", plain(arguments={"file_path": "../a", "content": ""}), "invalid-arguments", ".."),
    ("a path with a NUL", plain(arguments={"file_path": "a\0", "content": ""}), "invalid-arguments", "control"),
    ("an empty path", plain(arguments={"file_path": "", "content": ""}), "invalid-arguments", "file_path"),
    ("a choice that there is not", plain(name="logo", arguments={"style": "baroque"}), "invalid-arguments", "flat"),
]

GOOD = json.dumps({"tool_calls": [plain()]})

# What is odd, and yet good.
ACCEPTED: list[tuple[str, Request]] = [
    ("a name twice in an object", ask("POST", FRESH, f'{{"tool_calls": 1, {GOOD[1:]}')),
    ("an integer of 100 digits", batch(plain(name="other", arguments={"n": 10**99}))),
    ("a NUL in the content of a file", batch(plain(arguments={"file_path": "a", "content": "\0"}))),
    ("fields that we do not know", batch(plain(index=3, cache_control=None, more={"deep": [1]}))),
    ("a content type with a charset", batch(plain(), kind="Application/JSON; charset=utf-8")),
    ("a traceparent that is none", batch(plain(), traceparent="nonsense")),
    ("chunks", streamed("POST", FRESH, 1, GOOD.encode())),
]

UPLOAD = f"PUT {FILES}/half HTTP/1.1\nHost: gateway\nAuthorization: Bearer {{key}}\n"
HEAD = f"POST {FRESH} HTTP/1.1\nHost: gateway\nAuthorization: Bearer {{key}}\nContent-Type: application/json\n"
# What is no HTTP is refused before it comes to any route, in plain words, and the connection is closed.
NO_HTTP: list[tuple[str, Request]] = [
    ("words", raw("hello\n\n")),
    ("HTTP/2", raw("PRI * HTTP/2.0\n\nSM\n\n")),
    ("TLS", raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100))),
    ("a method that there is not", raw("FETCH / HTTP/1.1\nHost: gateway\n\n")),
    ("a space in the path", raw(f"GET {FILES}/a b HTTP/1.1\nHost: gateway\n\n")),
    ("a path that is not ASCII", raw(f"GET {FILES}/é HTTP/1.1\nHost: gateway\n\n".encode().replace(b"\n", b"\r\n"))),
    ("a NUL in a header", raw(f"{HEAD}X-A: a\0b\nContent-Length: 2\n\n{{}}")),
    ("a space in a header's name", raw(f"{HEAD}X A: b\nContent-Length: 2\n\n{{}}")),
    ("two lengths", raw(f"{HEAD}Content-Length: {len(GOOD)}\nContent-Length: {len(GOOD) + 1}\n\n{GOOD}")),
    ("the same length twice", raw(f"{HEAD}Content-Length: {len(GOOD)}\nContent-Length: {len(GOOD)}\n\n{GOOD}")),
    ("a length below zero", raw(f"{HEAD}Content-Length: -1\n\n{GOOD}")),
    ("a length that is no number", raw(f"{HEAD}Content-Length: 1e2\n\n{GOOD}")),
    ("a length beside chunks", raw(f"{HEAD}Content-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n")),
    ("a chunk of no number", raw(f"{HEAD}Transfer-Encoding: chunked\n\nxyz\n{{}}\n0\n\n")),
    ("a chunk of a number below zero", raw(f"{HEAD}Transfer-Encoding: chunked\n\n-2\n{{}}\n0\n\n")),
    ("a chunk of a number too large", raw(f"{HEAD}Transfer-Encoding: chunked\n\n{'f' * 17}\n{{}}\n0\n\n")),
    ("a chunk that is longer than it says", raw(f"{HEAD}Transfer-Encoding: chunked\n\n1\n{{}}\n0\n\n")),
    ("another transfer encoding", raw(f"{HEAD}Transfer-Encoding: gzip\n\n{GOOD}")),
]

# A body that ends before its time: whoever sent it is gone, or gets an error, but is never taken at half a word.
CUT_OFF: list[tuple[str, Request]] = [
    ("a length that is too large", raw(f"{HEAD}Content-Length: {len(GOOD) + 9}\n\n{GOOD}", cut_off=True)),
    ("a length that is too small", raw(f"{HEAD}Content-Length: {len(GOOD) - 9}\n\n{GOOD}", cut_off=True)),
    ("a chunk that is cut off", raw(f"{HEAD}Transfer-Encoding: chunked\n\n{len(GOOD):x}\n{GOOD[:-3]}", cut_off=True)),
    ("no last chunk", raw(f"{HEAD}Transfer-Encoding: chunked\n\n{len(GOOD):x}\n{GOOD}\n", cut_off=True)),
    ("no body where one is promised", raw(f"{HEAD}Content-Length: 9\n\n", cut_off=True)),
    ("a file that is cut off", raw(f"{UPLOAD}Content-Length: 9\n\nhalf", cut_off=True)),
    ("headers that are cut off", raw(HEAD, cut_off=True)),
]


@dataclass(frozen=True)
class World:
    """What is there before each request: two files, and a call that has not ended and writes a third."""

    scene: Scene

    def stored(self) -> dict[str, object]:
        with self.scene.gateway.store.read() as tx:
            tables = metadata.sorted_tables
            rows = {table.name: tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
        return rows | {"redis": frozenset(self.scene.gateway.redis.scan_iter("*"))}

    def send(self, request: Request) -> Answer:
        return send(self.scene.url, request)


@pytest.fixture
def world(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, most in (("request", MOST_BODY), ("file", MOST_FILE), ("app", MOST_APP)):
        monkeypatch.setattr(scene.gateway.settings, f"max_{name}_bytes", most)
    monkeypatch.setattr(scene.gateway.settings, "busy_seconds", 0.05)
    for path in ("kept", "folder/inside"):
        scene.client.put(f"{FILES}/{path}", content=b"1", headers={"If-None-Match": "*"})
    scene.submit("bad-requests", "m1", write("k", "used")).raise_for_status()
    return World(scene)


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_a_bad_request_gets_its_problem_and_leaves_nothing_behind(world: World, bad: Bad) -> None:
    before = world.stored()
    answer = world.send(bad.request)
    assert (answer.status, answer.json().get("type")) == (bad.status, bad.type), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == bad.status
    assert problem["title"] and isinstance(problem["title"], str)
    assert bad.words in problem["detail"]
    for name, value in bad.headers.items():
        assert sorted(answer.headers[name].split(", ")) == sorted(value.split(", "))
    assert_places(problem, bad.places)
    assert_discreet(answer)
    assert world.stored() == before


@pytest.mark.parametrize(("name", "call", "kind", "words"), MISTAKES, ids=[name for name, *_ in MISTAKES])
def test_a_models_mistake_is_accepted_and_said_in_words_for_it(
    world: World, name: str, call: dict[str, Any], kind: str, words: str
) -> None:
    answer = world.send(afresh(batch(call, plain(id="beside", name="logo", arguments={}))))
    assert answer.status == 202, answer.body
    wrong, beside = answer.json()["tool_calls"]
    assert (wrong["status"], wrong["error"]["type"], beside["status"]) == ("failed", kind, "queued")
    assert words in wrong["error"]["detail"]
    assert_discreet(answer)


@pytest.mark.parametrize(("name", "request_"), ACCEPTED, ids=[name for name, _ in ACCEPTED])
def test_what_is_odd_but_good_is_accepted(world: World, name: str, request_: Request) -> None:
    answer = world.send(afresh(request_))
    assert answer.status == 202, answer.body
    assert len(answer.json()["tool_calls"]) == 1


@pytest.mark.parametrize(("name", "request_"), NO_HTTP, ids=[name for name, _ in NO_HTTP])
def test_what_is_no_http_comes_to_no_route(world: World, name: str, request_: Request) -> None:
    before = world.stored()
    answer = world.send(request_)
    assert answer.status == 400, answer.body
    assert_discreet(answer)
    assert world.stored() == before
    assert world.scene.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("name", "request_"), CUT_OFF, ids=[name for name, _ in CUT_OFF])
def test_a_body_that_is_not_whole_is_never_stored(world: World, name: str, request_: Request) -> None:
    before = world.stored()
    answer = world.send(request_)
    assert answer.status in (0, 400), answer.body
    assert world.scene.client.get(f"{FILES}/half").status_code == 404
    assert world.stored() == before


@pytest.mark.parametrize("last", ["nonsense", "a-1-2", "9" * 500, "%00"])
def test_a_last_event_id_that_means_nothing_is_no_error_but_a_resync(world: World, last: str) -> None:
    url = f"{MESSAGE}/events?last_event_id={last}"
    with world.scene.client.stream("GET", url) as answer:
        assert answer.status_code == 200
        first = next(line for line in answer.iter_lines() if line.startswith("data:"))
    assert json.loads(first.removeprefix("data:"))["reason"] == "resync"


def test_the_table_is_as_large_as_was_promised() -> None:
    assert len({bad.name for bad in BAD}) == len(BAD) >= 80


def afresh(request: Request) -> Request:
    """The same for a message that no test has used."""
    return replace(request, content=request.content.replace(b"/messages/fresh/", f"/messages/{uuid.uuid4()}/".encode()))


def assert_places(problem: dict[str, Any], places: tuple[str, ...]) -> None:
    """Each entry that is wrong is named by its place, and by its index where it is one of a batch."""
    errors = {error["pointer"]: error for error in problem.get("errors", ()) if "pointer" in error}
    assert set(places) == set(errors)
    for place in places:
        assert errors[place]["detail"]
        if place.startswith("/tool_calls/"):
            assert errors[place]["index"] == int(place.split("/")[2])


def assert_discreet(answer: Answer) -> None:
    """No secret, nothing of the machine, nothing of the code is told."""
    told = answer.body.decode() + str(answer.headers)
    for word in (KEY, *UNTOLD):
        assert word not in told
