"""The cards in a page of one's own, from another origin: they show a message, and steer it with a token alone."""

import httpx
from playwright.sync_api import Page, expect

from ops.local.stack import Stack


def test_the_cards_show_and_steer_a_message_with_a_token(
    page: Page, origin: str, allowing: Stack, backend: httpx.Client
) -> None:
    wanted = {"app_id": "demo", "message_id": "m9", "grants": ["watch", "control"]}
    token = backend.post("/v1/tokens", json=wanted).raise_for_status().json()["token"]
    calls = [
        {"id": "c1", "name": "os-write", "arguments": {"file_path": "index.html", "content": "<h1>Tasks</h1>\n"}},
        {"id": "c2", "name": "generate-new-app-logo", "arguments": {}},
    ]
    backend.post("/v1/apps/demo/messages/m9/tool-calls", json={"tool_calls": calls}).raise_for_status()
    page.goto(f"{origin}/embed.html")
    for label, value in (("Toolreel", allowing.url), ("App", "demo"), ("Message", "m9"), ("Token", token)):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Show").click()
    expect(page.locator('.card[data-id="c1"]')).to_have_attribute("data-state", "succeeded")
    expect(page.locator("#summary")).to_have_text("1 of 2 done")
    # No worker for logos runs here, so it waits; it can be cancelled all the same, and run again.
    logo = page.locator('.card[data-id="c2"]')
    logo.get_by_role("button", name="Cancel").click()
    expect(logo).to_have_attribute("data-state", "cancelled")
    logo.get_by_role("button", name="Run again").click()
    expect(logo).to_have_attribute("data-state", "queued")
    assert page.context.cookies() == []
