"""What a model or a tool says is text, whatever it is: it runs nothing and loads nothing."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.web.look import card, state, watch

EVIL = "<img src=x onerror=\"window.hacked='yes'\"><script>window.hacked='yes'</script>"
NAME = "<img src=x onerror=window.hacked=1>"


def test_whatever_comes_from_outside_is_shown_as_text(
    page: Page, backend: httpx.Client, submit: Callable[..., None], app: str
) -> None:
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if request.url.endswith("/x") else None)
    for _ in ("the title", "what was said last"):
        backend.post(f"/v1/apps/{app}/messages/m1/text", json={"text": EVIL}).raise_for_status()
    submit(
        ("os-write", {"file_path": f"{NAME}.txt", "content": EVIL}),
        ("os-view", {"file_path": f"{NAME}-missing.txt"}),
        (NAME, {"line": EVIL}),
        ("os-view", {"file_path": f"{NAME}.txt"}),
        ("slow", {"file_path": f"{NAME}.ts", "seconds": 0}),
    )
    watch(page, app)
    expect(card(page, "c1")).to_contain_text(f"{NAME}.txt")
    for id_, expected in (
        ("c1", "succeeded"),
        ("c2", "failed"),
        ("c3", "failed"),
        ("c4", "succeeded"),
        ("c5", "succeeded"),
    ):
        state(page, id_, expected)
        card(page, id_).get_by_role("button", name="Details").click()
    expect(card(page, "c3")).to_contain_text(NAME)
    expect(card(page, "c4").get_by_role("region", name="Result")).to_contain_text("window.hacked='yes'")
    expect(page.locator(".said")).to_have_text(EVIL)
    page.get_by_role("button", name=f"{NAME}.txt").click()
    expect(page.locator(".file pre")).to_have_text(EVIL)
    page.get_by_role("tab", name="Log").click()
    page.goto("/")
    expect(page.get_by_role("link", name=EVIL).first).to_be_visible()
    page.goto(f"/history?app={app}")
    expect(page.get_by_role("link", name=EVIL, exact=True)).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert foreign == []
