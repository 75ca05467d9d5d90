"""What a person sees on the stream page, and does there."""

from playwright.sync_api import Locator, Page, expect

from ops.local.stack import Stack


def watch(page: Page, app: str, message: str = "m1") -> None:
    """Go to a message's page, and wait until it is connected."""
    page.goto(f"/apps/{app}/messages/{message}")
    live(page)


def live(page: Page, seconds: float = 15) -> None:
    expect(page.locator("connection-pill")).to_have_attribute("data-status", "live", timeout=seconds * 1000)


def card(page: Page, id_: str) -> Locator:
    return page.locator(f'.card[data-id="{id_}"]')


def state(page: Page, id_: str, expected: str, seconds: float = 15) -> None:
    expect(card(page, id_)).to_have_attribute("data-state", expected, timeout=seconds * 1000)


def press(page: Page, id_: str, name: str) -> None:
    card(page, id_).get_by_role("button", name=name).click()


def group(page: Page, name: str) -> Locator:
    return page.locator(f'.group[data-group="{name}"]')


def sign_in(page: Page, stack: Stack, secret: str | None = None) -> None:
    page.goto(f"/#key={secret or stack.key}")
    page.get_by_role("button", name="Sign out").wait_for()


# Every state that an element's `data-state` goes through, as [state, milliseconds], by the card's id.
RECORD_STATES = """() => {
  window.states = {};
  const note = (card) => {
    const seen = (window.states[card.dataset.id] ??= []);
    if (seen.at(-1)?.[0] !== card.dataset.state) seen.push([card.dataset.state, performance.now()]);
  };
  const root = document.querySelector("toolreel-message").shadowRoot;
  new MutationObserver((changes) => changes.forEach((one) => one.target.matches(".card") && note(one.target)))
    .observe(root, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
  root.querySelectorAll(".card").forEach(note);
}"""


def states_of(page: Page, id_: str) -> list[str]:
    return [name for name, _ in page.evaluate(f"window.states[{id_!r}] ?? []")]
