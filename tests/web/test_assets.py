"""The files of the pages as they are sent: vendored ones unchanged, each with its type, its tag and a strict policy."""

import hashlib
import json

import httpx
import pytest

from gateway.app import PAGES
from gateway.assets import CLIENT, WEB, assets, slim
from ops.local.stack import Stack

VENDOR = WEB / "vendor"
LISTED = json.loads((VENDOR / "vendor.json").read_text())
SHOWN = [path.format(app_id="demo", message_id="m1") for path in PAGES]


def test_every_vendored_file_is_listed_with_its_hash_and_its_licence() -> None:
    listed = {path: digest for package in LISTED for path, digest in package["files"].items()}
    found = {path for path in VENDOR.rglob("*") if path.is_file() and path.name != "vendor.json"}
    assert {str(path.relative_to(VENDOR)) for path in found} == set(listed)
    for path, digest in listed.items():
        assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == digest, path
    for package in LISTED:
        assert package["name"] and package["version"] and package["licence"]
        assert any(path.endswith("LICENSE") for path in package["files"])


@pytest.mark.parametrize("path", ["/", *SHOWN])
def test_a_page_allows_nothing_from_elsewhere_and_nothing_inline(stack: Stack, path: str) -> None:
    answer = httpx.get(stack.url + path, headers={"Accept": "text/html"}).raise_for_status()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "<style" not in answer.text and "style=" not in answer.text and "<script>" not in answer.text
    assert "http:" not in answer.text and "https:" not in answer.text


@pytest.mark.parametrize("path", sorted(assets()))
def test_a_file_has_its_type_and_is_not_sent_again_while_it_stays_the_same(stack: Stack, path: str) -> None:
    url = f"{stack.url}/static/{path}"
    if path.startswith("pages/"):
        assert httpx.get(url).status_code == 404
        return
    answer = httpx.get(url).raise_for_status()
    assert answer.content == assets()[path].plain.content
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = httpx.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (
        path.startswith("vendor/") == ("immutable" in answer.headers["cache-control"]) or path == "vendor/vendor.json"
    )


def test_the_root_is_json_for_who_does_not_ask_for_a_page(stack: Stack) -> None:
    assert httpx.get(stack.url).json()["name"] == "toolreel"


@pytest.mark.parametrize("path", ["../app.py", "..%2Fapp.py", "js", "nothing.js"])
def test_what_is_no_asset_is_not_found(stack: Stack, path: str) -> None:
    assert httpx.get(f"{stack.url}/static/{path}").status_code == 404


def test_the_client_is_one_module_that_imports_nothing() -> None:
    client = assets()[CLIENT].plain.content.decode()
    assert "import " not in client and "import(" not in client


def test_comments_and_indentation_are_left_out_and_nothing_else() -> None:
    script = "// one\nlet a = 1; // stays\n  /**\n   * two\n   */\n  let b = `//`;\n  // three\n"
    assert slim(script) == "let a = 1; // stays\nlet b = `//`;\n"
